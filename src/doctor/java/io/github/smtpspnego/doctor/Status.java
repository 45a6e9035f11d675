package io.github.smtpspnego.doctor;

/** How a finding bears on sending mail. */
enum Status {
  /** As it should be. */
  OK("green"),
  /** Works here and now, but may not in the program, or not for long. */
  WARN("yellow"),
  /** Mail cannot be sent before it is mended. */
  FAIL("bold,red"),
  /** Not looked at, since something that it needs is not there. */
  SKIP("faint");

  /** The style's name in picocli. */
  final String style;

  Status(String style) {
    this.style = style;
  }
}
