package io.github.smtpspnego.gss;

/** Text that a peer chose, made fit for messages and logs: one line, not too long. */
public final class Printable {
  private static final int LONGEST_NAME = 120;
  private static final int LONGEST_REPLY = 300;

  private Printable() {}

  /**
   * Makes a name fit to be shown.
   *
   * @param name what the peer sent
   * @return the name, with question marks for control characters and its end cut off where it is
   *     long
   */
  public static String of(String name) {
    return cut(shown(name), LONGEST_NAME, "... (" + name.length() + " characters)");
  }

  private static String shown(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> shown.appendCodePoint(isHidden(c) ? '?' : c));
    return shown.toString();
  }

  private static String cut(String text, int longest, String mark) {
    return text.codePointCount(0, text.length()) <= longest
        ? text
        : text.substring(0, text.offsetByCodePoints(0, longest)) + mark;
  }

  /**
   * Makes a server's reply fit to be shown on one line.
   *
   * @param reply its lines
   * @return the lines, separated by slashes, with question marks for control characters, and cut
   *     where there are more than 300 characters
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
   * Whether a text holds a character that could break a line or hide another.
   *
   * @param text any text
   * @return true for control and format characters, line and paragraph separators
   */
  public static boolean hasControls(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c >= 0x7f) {
        return text.codePoints().anyMatch(Printable::isHidden);
      }
    }
    return false; // nothing but ASCII, as nearly always
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
