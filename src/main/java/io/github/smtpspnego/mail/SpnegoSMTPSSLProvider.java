package io.github.smtpspnego.mail;

/** Offers the transport for {@code smtps}: a provider stands for one protocol. */
public final class SpnegoSMTPSSLProvider extends SpnegoSMTPProvider {
  /** For Jakarta Mail's service loader. */
  public SpnegoSMTPSSLProvider() {
    super("smtps");
  }
}
