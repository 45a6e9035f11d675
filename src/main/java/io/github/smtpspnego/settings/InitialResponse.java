package io.github.smtpspnego.settings;

/** The choices of the setting {@code initialresponse}. */
public enum InitialResponse {
  /** In the AUTH line if the line does not exceed 512 octets, otherwise as {@link #NEVER}. */
  AUTO,
  /** In the AUTH line. */
  ALWAYS,
  /** After the server's first 334. */
  NEVER
}
