package io.github.smtpspnego.gss;

import java.util.regex.Pattern;

/** Names that a peer chose, made fit for messages and logs: one line, not too long. */
public final class Printable {
  private static final int LONGEST = 120;

  /** Control and format characters, line and paragraph separators, halves of surrogate pairs. */
  private static final Pattern HIDDEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  private Printable() {}

  /**
   * Makes a name fit to be shown.
   *
   * @param name what the peer sent
   * @return the name, with question marks for control characters and its end cut off where it is
   *     long
   */
  public static String of(String name) {
    String shown = HIDDEN.matcher(name).replaceAll("?");
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
    return HIDDEN.matcher(text).find();
  }
}
