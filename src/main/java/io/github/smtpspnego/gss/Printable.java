package io.github.smtpspnego.gss;

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
    StringBuilder text = new StringBuilder(name.length());
    name.codePoints().forEach(c -> text.appendCodePoint(isHidden(c) ? '?' : c));
    String shown = text.toString();
    return shown.codePointCount(0, shown.length()) <= LONGEST
        ? shown
        : shown.substring(0, shown.offsetByCodePoints(0, LONGEST))
            + "... ("
            + name.length()
            + " characters)";
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
