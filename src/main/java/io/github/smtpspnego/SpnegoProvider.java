package io.github.smtpspnego;

import java.security.Provider;
import java.security.Security;
import java.util.List;

/**
 * The security provider that makes {@code GSSAPI} mean SPNEGO for mail (MS-SSEAN).
 *
 * <p>It must come before the JDK's {@code JdkSASL}, whose {@code GSSAPI} is raw Kerberos; {@link
 * #install} puts it there. For protocols that are not enabled its factories return null, and the
 * JDK uses its own.
 */
public final class SpnegoProvider extends Provider {
  private static final long serialVersionUID = 1L;

  /** The provider's name, for {@code java.security} and {@link Security#getProvider}. */
  public static final String NAME = "SmtpSpnego";

  private static final String VERSION = "0.1";
  private static final String JDK_SASL = "JdkSASL";
  private static final String BESIDE_US = "io.github.smtpspnego.";
  private static final String LOGOUT = BESIDE_US + "credentials.Logout";
  private static final List<String> MECHANISMS = List.of("GSSAPI", "GSS-SPNEGO");

  /** Called by the JVM's service loader. Programs call {@link #install}. */
  public SpnegoProvider() {
    super(NAME, VERSION, "SASL GSSAPI and GSS-SPNEGO by SPNEGO (MS-SSEAN)");
    for (String mechanism : MECHANISMS) {
      service("SaslClientFactory", mechanism, BESIDE_US + "sasl.SpnegoSaslClientFactory");
      service("SaslServerFactory", mechanism, BESIDE_US + "sasl.SpnegoSaslServerFactory");
    }
  }

  private void service(String type, String mechanism, String className) {
    putService(new Service(this, type, mechanism, className, null, null));
  }

  /**
   * Installs the provider before the JDK's own. Does nothing if it is installed already. Replaces a
   * copy that another class loader installed. May be called by any thread.
   */
  public static synchronized void install() {
    Provider present = Security.getProvider(NAME);
    if (present instanceof SpnegoProvider && position(NAME) < position(JDK_SASL)) {
      return;
    }
    if (present != null) {
      Security.removeProvider(NAME);
    }
    Security.insertProviderAt(new SpnegoProvider(), position(JDK_SASL));
  }

  /**
   * Removes the provider, so that the JDK's own is used again. Does not remove a provider of
   * another class loader. Forgets all logins, as {@link #logout} does.
   */
  public static synchronized void uninstall() {
    if (Security.getProvider(NAME) instanceof SpnegoProvider) {
      Security.removeProvider(NAME);
    }
    logout();
  }

  /**
   * Forgets all logins that were made for clients and servers: the tickets and keys, which are
   * destroyed, and which passwords the KDC rejected. The next exchange logs in anew. An exchange
   * that is under way may fail. Credentials that a program made itself stay as they are.
   *
   * <pre>{@code
   * SpnegoProvider.logout(); // the service account has a new keytab, the old key must not be used
   * }</pre>
   */
  public static void logout() {
    try {
      Class<?> logout = Class.forName(LOGOUT, true, SpnegoProvider.class.getClassLoader());
      ((Runnable) logout.getDeclaredConstructor().newInstance()).run();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalStateException("the jar is not complete", e);
    }
  }

  /** The position in the list of providers, from 1; one past the end for a provider not in it. */
  private static int position(String name) {
    Provider[] providers = Security.getProviders();
    for (int i = 0; i < providers.length; i++) {
      if (providers[i].getName().equals(name)) {
        return i + 1;
      }
    }
    return providers.length + 1;
  }
}
