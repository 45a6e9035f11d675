package io.github.smtpspnego.mail;

import jakarta.mail.Session;
import jakarta.mail.URLName;

/** The same under TLS from the first octet on: {@code smtps}. */
public final class SpnegoSMTPSSLTransport extends SpnegoSMTPTransport {
  /**
   * Called by Jakarta Mail.
   *
   * @param session the session
   * @param urlname the server, as far as it is known
   */
  public SpnegoSMTPSSLTransport(Session session, URLName urlname) {
    super(session, urlname, "smtps", true);
  }
}
