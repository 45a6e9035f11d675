package io.github.smtpspnego.settings;

/** The choices of the setting {@code enable}. */
public enum Switch {
  /** SPNEGO is meant where {@code GSSAPI} is asked for on smtp or smtps. */
  AUTO,
  /** SPNEGO is meant on this protocol, and nothing else needs to be set. */
  TRUE,
  /** SPNEGO is not meant on this protocol. */
  FALSE
}
