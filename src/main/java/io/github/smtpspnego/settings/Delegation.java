package io.github.smtpspnego.settings;

/** The choices of the setting {@code delegation}. */
public enum Delegation {
  /** The ticket-granting ticket is not forwarded. */
  FALSE,
  /** The ticket-granting ticket is forwarded to the server. */
  TRUE,
  /** It is forwarded if the KDC marks the server OK-AS-DELEGATE (RFC 4120 section 2.8). */
  POLICY
}
