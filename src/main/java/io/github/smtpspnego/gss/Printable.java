package io.github.smtpspnego.gss;

import java.util.Locale;

/** Names that a peer chose, made fit for messages and logs: one line, not too long. */
public final class Printable {
  private static final int LONGEST = 120;

  private Printable() {}

  /**
   * Makes a name fit to be shown.
   *
   * @param name what the peer sent
   * @return the name, with question marks for control characters and its end cut off where it is
   *     long
   */
  public static String of(String name) {
    StringBuilder shown = new StringBuilder();
    name.codePoints().limit(LONGEST).map(c -> isShown(c) ? c : '?').forEach(shown::appendCodePoint);
    return name.codePointCount(0, name.length()) <= LONGEST
        ? shown.toString()
        : String.format(Locale.ROOT, "%s... (%d characters)", shown, name.length());
  }

  /**
   * Whether a text holds a character that could break a line or hide another.
   *
   * @param text any text
   * @return true for control and format characters, line and paragraph separators
   */
  public static boolean hasControls(String text) {
    return !text.codePoints().allMatch(Printable::isShown);
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
