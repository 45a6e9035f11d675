package io.github.smtpspnego.kerberos;

import java.util.List;

/** Makes text from a peer safe for messages and logs: one line of limited length. */
public final class Printable {
  private static final int LONGEST_NAME = 120;
  private static final int LONGEST_REPLY = 300;

  private Printable() {}

  /** Replaces control characters in a name by question marks, and cuts off a long name. */
  public static String of(String name) {
    return cut(shown(name), LONGEST_NAME, "... (" + name.length() + " characters)");
  }

  /** Lists the first ones of several texts, and says how many are left out. */
  public static String list(List<String> texts, int most) {
    int more = texts.size() - most;
    return more > 0
        ? String.join(", ", texts.subList(0, most)) + " and " + more + " more"
        : String.join(", ", texts);
  }

  private static String shown(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    int c;
    for (int i = 0; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      shown.appendCodePoint(isHidden(c) ? '?' : c);
    }
    return shown.toString();
  }

  private static String cut(String text, int longest, String mark) {
    return text.codePointCount(0, text.length()) <= longest
        ? text
        : text.substring(0, text.offsetByCodePoints(0, longest)) + mark;
  }

  /**
   * Makes a server's reply safe to be put in double quotes: one line without tokens and double
   * quotes.
   */
  public static String reply(String lines) {
    return lines(withoutTokens(lines).replace('"', '\''));
  }

  /**
   * Joins lines by slashes, replaces control characters by question marks, and cuts off what
   * exceeds 300 characters.
   */
  public static String lines(String reply) {
    StringBuilder text = new StringBuilder();
    String separator = "";
    for (String line : reply.split("\n", -1)) {
      text.append(separator).append(shown(line.strip()));
      separator = " / ";
    }
    return cut(text.toString(), LONGEST_REPLY, "...");
  }

  /**
   * Replaces tokens and parts of them: some servers repeat the command that they refuse. A long run
   * of base64 characters is taken for a part of a token.
   */
  public static String withoutTokens(String lines) {
    return lines.replaceAll("[A-Za-z0-9+/=]{24,}", "(token)");
  }

  /** Whether a text contains a character that could break a line or hide other characters. */
  public static boolean hasControls(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c >= 0x7f) {
        return !shown(text).equals(text);
      }
    }
    return false; // printable ASCII only, the usual case
  }

  /** Control and format characters, line and paragraph separators, halves of surrogate pairs. */
  private static boolean isHidden(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
