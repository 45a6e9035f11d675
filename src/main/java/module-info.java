/**
 * SMTP AUTH GSSAPI with SPNEGO (MS-SSEAN) for Jakarta Mail.
 *
 * <p>Jakarta Mail and Angus Mail are optional, and a module cannot provide a service of a module
 * that may not be there. So what being on the class path does by itself is done on the module path
 * by two calls: {@link io.github.smtpspnego.SpnegoProvider#install}, and {@code
 * session.setProvider(new SpnegoSMTPProvider())} for the transport.
 */
module io.github.smtpspnego {
  requires transitive java.security.jgss;
  requires transitive java.security.sasl;
  requires jdk.security.auth; // Krb5LoginModule
  requires jdk.security.jgss; // delegation by policy
  requires static jakarta.mail;
  requires static java.logging; // Angus Mail requires it
  requires static org.eclipse.angus.mail;
  requires static org.jspecify;

  exports io.github.smtpspnego;
  exports io.github.smtpspnego.smtp;
  exports io.github.smtpspnego.mail;

  // The security provider's factories are made by their names.
  exports io.github.smtpspnego.sasl to
      java.base;

  provides java.security.Provider with
      io.github.smtpspnego.SpnegoProvider;
}
