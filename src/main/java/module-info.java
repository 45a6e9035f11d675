/**
 * SMTP AUTH GSSAPI with SPNEGO (MS-SSEAN) for Jakarta Mail.
 *
 * <p>Jakarta Mail is optional: without it the provider is installed by {@link
 * io.github.smtpspnego.SpnegoProvider#install} or as a Java agent.
 */
module io.github.smtpspnego {
  requires transitive java.security.jgss;
  requires transitive java.security.sasl;
  requires jdk.security.auth; // Krb5LoginModule
  requires static jakarta.mail;
  requires static org.eclipse.angus.mail;
  requires static transitive org.jspecify;

  exports io.github.smtpspnego;
  exports io.github.smtpspnego.server;

  // The security provider makes its factories by name, Jakarta Mail its providers.
  exports io.github.smtpspnego.client to
      java.base;
  exports io.github.smtpspnego.mail to
      jakarta.mail;

  provides java.security.Provider with
      io.github.smtpspnego.SpnegoProvider;
  provides jakarta.mail.Provider with
      io.github.smtpspnego.mail.SpnegoSMTPProvider,
      io.github.smtpspnego.mail.SpnegoSMTPSSLProvider;
}
