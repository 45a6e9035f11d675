package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoProvider;
import jakarta.mail.Provider;

/**
 * Installs the security provider whenever a Jakarta Mail {@code Session} is made: it loads all of
 * its providers, this one among them, before any transport.
 *
 * <p>As a mail provider it offers Angus Mail's own transport under a name that nobody asks for.
 */
public final class Registration extends Provider {
  /** Switches all of it off: {@code -Dsmtp.spnego.autoregister=false}. */
  static final String SWITCH = "smtp.spnego.autoregister";

  /** For Jakarta Mail's service loader. */
  public Registration() {
    super(
        Type.TRANSPORT,
        "smtp-spnego",
        "org.eclipse.angus.mail.smtp.SMTPTransport",
        "smtp-spnego",
        null);
    if (!"false".equalsIgnoreCase(System.getProperty(SWITCH))) {
      SpnegoProvider.install();
    }
  }
}
