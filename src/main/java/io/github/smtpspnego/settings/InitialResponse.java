package io.github.smtpspnego.settings;

/** The choices of the setting {@code initialresponse}. */
public enum InitialResponse {
  /** In the AUTH line, where the line stays within 512 octets. */
  AUTO,
  /** In the AUTH line. */
  ALWAYS,
  /** After the server's empty 334. */
  NEVER
}
