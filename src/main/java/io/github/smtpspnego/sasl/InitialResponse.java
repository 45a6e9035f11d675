package io.github.smtpspnego.sasl;

/** The choices of the setting {@code initialresponse}. */
enum InitialResponse {
  /** In the AUTH line, where it fits and where the mail transport needs it. */
  AUTO,
  /** In the AUTH line. */
  ALWAYS,
  /** After the server's empty 334. */
  NEVER
}
