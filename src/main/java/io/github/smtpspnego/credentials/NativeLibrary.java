package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.gss.Gss;
import io.github.smtpspnego.kerberos.KerberosFailure;
import io.github.smtpspnego.kerberos.TicketCacheFile;
import org.ietf.jgss.GSSException;

/**
 * The system's GSS library, which replaces the JDK's Kerberos with {@code
 * -Dsun.security.jgss.native=true}. It finds credentials by itself and accepts none from Java.
 */
final class NativeLibrary {
  private static final String SWITCH = "-Dsun.security.jgss.native=true";
  private static final String ORIGIN = "with the native GSS library's credentials";

  private NativeLibrary() {}

  static boolean isOn() {
    return Boolean.getBoolean("sun.security.jgss.native");
  }

  /** Throws if the library is on, which does not accept such credentials. */
  static void checkOff(CredentialSettings settings, String what) throws SpnegoException {
    if (isOn()) {
      throw new SpnegoException(
          Reason.NATIVE_GSS,
          "This JVM was started with "
              + SWITCH
              + ", and the native GSS library does not take "
              + what
              + ".",
          "Have the library find credentials by itself, in the ticket cache that KRB5CCNAME names"
              + " or the keytab that KRB5_CLIENT_KTNAME names, and set "
              + settings.property(SpnegoOption.CREDENTIALS)
              + "=native; or start the JVM without that property.",
          null);
    }
  }

  /** Acquires the library's credential of the principal that is set, or its default. */
  static InitiatorCredentials credentials(CredentialSettings settings) throws SpnegoException {
    if (!isOn()) {
      throw new SpnegoException(
          Reason.NATIVE_GSS,
          "credentials=native: this JVM was started without " + SWITCH + ".",
          null);
    }
    if (!Gss.hasSpnego()) {
      throw new SpnegoException(
          Reason.NATIVE_GSS,
          "credentials=native: the native GSS library cannot be loaded, or has no SPNEGO.",
          "Install it (libgssapi_krb5), or name its file by -Dsun.security.jgss.lib.",
          null);
    }
    // The JDK would look for the library's credentials in a current Subject.
    return Subjects.doAs(null, SpnegoException.class, () -> acquire(settings));
  }

  private static InitiatorCredentials acquire(CredentialSettings settings) throws SpnegoException {
    try {
      NamedCredential found = NamedCredential.of(Gss.nativeCredential(settings.principal));
      return InitiatorCredentials.of(found.name(), ORIGIN, found.credential(), null);
    } catch (GSSException | RuntimeException e) {
      SpnegoException failure =
          KerberosFailure.explain("Asking the native GSS library for its credentials", e);
      if (!settings.principal.isEmpty()) {
        throw others(settings, failure);
      }
      if (failure.reason() == Reason.GSS_FAILURE) {
        // The library reports expired tickets only when it uses them.
        return InitiatorCredentials.of("", ORIGIN, null, null);
      }
      throw failure;
    }
  }

  /** The failure that names the owner of the credentials which the library has instead. */
  private static SpnegoException others(CredentialSettings settings, SpnegoException failure) {
    try {
      String name = NamedCredential.of(Gss.nativeCredential("")).name();
      return settings.matchesPrincipal(name)
          ? failure
          : settings.wrongPrincipal(name, "of the native GSS library");
    } catch (GSSException | RuntimeException e) {
      return failure; // the library has no credentials at all
    }
  }

  /** Whether a name is that of the cache that the library uses by default. */
  static boolean isDefaultCache(String name) {
    String variable = System.getenv("KRB5CCNAME");
    try {
      return name.equals(variable)
          || TicketCacheFile.named(name, "").equals(TicketCacheFile.ofUser());
    } catch (SpnegoException e) {
      return false; // one of the two is not a file
    }
  }
}
