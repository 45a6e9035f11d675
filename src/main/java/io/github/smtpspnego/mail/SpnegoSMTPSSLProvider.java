package io.github.smtpspnego.mail;

import jakarta.mail.Provider;

/** Offers the transport for {@code smtps}. */
public final class SpnegoSMTPSSLProvider extends Provider {
  /** For Jakarta Mail's service loader. */
  public SpnegoSMTPSSLProvider() {
    super(
        Type.TRANSPORT,
        Registration.protocol("smtps"),
        "io.github.smtpspnego.mail.SpnegoSMTPSSLTransport",
        "smtp-spnego",
        null);
  }
}
