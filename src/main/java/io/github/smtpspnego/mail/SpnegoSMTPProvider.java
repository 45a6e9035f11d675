package io.github.smtpspnego.mail;

import jakarta.mail.Provider;

/**
 * Offers the transport for {@code smtp}. Not Angus's {@code DefaultProvider}, so it comes first.
 */
public final class SpnegoSMTPProvider extends Provider {
  /** For Jakarta Mail's service loader. */
  public SpnegoSMTPProvider() {
    super(
        Type.TRANSPORT,
        Registration.protocol("smtp"),
        "io.github.smtpspnego.mail.SpnegoSMTPTransport",
        "smtp-spnego",
        null);
  }
}
