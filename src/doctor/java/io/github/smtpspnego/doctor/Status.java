package io.github.smtpspnego.doctor;

/** What a finding means for sending mail. */
enum Status {
  /** Correct. */
  OK("green"),
  /** Works now, but perhaps not in the program or not for long. */
  WARN("yellow"),
  /** Must be corrected before mail can be sent. */
  FAIL("bold,red"),
  /** Not checked, because its input is missing. */
  SKIP("faint");

  /** The name of the picocli style. */
  final String style;

  Status(String style) {
    this.style = style;
  }
}
