package io.github.smtpspnego.mail;

/** Offers the transport for {@code smtps}, since a provider offers one protocol. */
public final class SpnegoSMTPSSLProvider extends SpnegoSMTPProvider {
  /** Called by Jakarta Mail's service loader. */
  public SpnegoSMTPSSLProvider() {
    super("smtps");
  }
}
