package io.github.smtpspnego.settings;

/** The choices of the setting {@code enable}. */
public enum Switch {
  /** SPNEGO is used if {@code GSSAPI} is requested on smtp or smtps. */
  AUTO,
  /** SPNEGO is used on this protocol, and no other setting is needed. */
  TRUE,
  /** SPNEGO is not used on this protocol. */
  FALSE
}
