package io.github.smtpspnego.settings;

/** The choices of the setting {@code securitylayer}: how an exchange ends. */
public enum LayerEnding {
  /** Client: with or without a layer offer. Server: an offer under GSSAPI only. */
  AUTO,
  /** With a layer offer. */
  REQUIRED,
  /** Without a layer offer, as in the example of MS-SSEAN section 4.1. */
  NONE
}
