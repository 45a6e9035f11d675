package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KeyTab;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;

/** Finds the server's keys that the settings mean. */
public final class AcceptorFinder {
  private static final String ANY = "*";

  private AcceptorFinder() {}

  /**
   * Finds the keys. With {@code auto}, the first that applies: a GSS credential in the properties,
   * a Subject of the calling thread that holds keys, keytab, JAAS entry, native library.
   *
   * @param settings what to look for; the principal {@code *} is the same as none, any in the
   *     keytab
   * @return the keys
   * @throws SpnegoException with {@link Reason#ACCEPTOR_CREDENTIALS} if there are none
   */
  public static AcceptorCredentials find(CredentialSettings settings) throws SpnegoException {
    GSSCredential credential = settings.credential.orElse(null);
    if (credential != null && settings.source == CredentialSource.AUTO) {
      return of(credential);
    }
    if (settings.means(CredentialSource.SUBJECT, true)) {
      Subject current = Subjects.current();
      if (current != null && holdsKeys(current)) {
        return AcceptorCredentials.of(current, "with the caller's Subject");
      }
      if (settings.source == CredentialSource.SUBJECT) {
        throw none(
            "credentials=subject, and the calling thread has no Subject with keys",
            "Run the server's code inside Subject.callAs (Subject.doAs before JDK 18), as a"
                + " Subject with a KeyTab or KerberosKeys.");
      }
    }
    if (settings.means(CredentialSource.KEYTAB, !settings.keytab.isEmpty())) {
      return ofKeytab(settings.keytab, settings.principal);
    }
    if (settings.means(CredentialSource.JAAS, !settings.jaasEntry.isEmpty())) {
      return ofJaas(settings.jaasEntry);
    }
    boolean isNativeLibraryOn = InitiatorFinder.isNativeLibraryOn();
    if (settings.means(CredentialSource.NATIVE, isNativeLibraryOn)) {
      if (!isNativeLibraryOn) {
        throw none(
            "credentials=native, and this JVM was started without -Dsun.security.jgss.native=true",
            Reason.NATIVE_GSS.remedy());
      }
      return AcceptorCredentials.ofNativeLibrary();
    }
    if (settings.source != CredentialSource.AUTO) {
      throw none(
          "credentials="
              + settings.source.name().toLowerCase(Locale.ROOT)
              + " is for clients, and a server needs keys",
          "Set it to auto, keytab, subject, jaas or native.");
    }
    throw none(
        "no keytab, JAAS entry, Subject or GSS credential was given",
        "Set mail.smtp.sasl.spnego.keytab.");
  }

  private static AcceptorCredentials of(GSSCredential credential) throws SpnegoException {
    try {
      if (credential.getUsage() == GSSCredential.INITIATE_ONLY) {
        throw none(
            "the GSS credential in javax.security.sasl.credentials is for initiating only",
            "Make it with ACCEPT_ONLY, for the mechanisms SPNEGO and Kerberos.");
      }
      return AcceptorCredentials.of(credential, "with the caller's GSS credential");
    } catch (GSSException | RuntimeException e) {
      throw new SpnegoException(
          Reason.ACCEPTOR_CREDENTIALS,
          "The GSS credential in javax.security.sasl.credentials cannot be used.",
          "Hand over one that is valid, for accepting, and not disposed.",
          e);
    }
  }

  private static boolean holdsKeys(Subject subject) {
    return !subject.getPrivateCredentials(KeyTab.class).isEmpty()
        || !subject.getPrivateCredentials(KerberosKey.class).isEmpty();
  }

  private static AcceptorCredentials ofKeytab(String name, String principal)
      throws SpnegoException {
    try {
      return AcceptorCredentials.of(
          new AcceptorKeytab(Path.of(name), principal.equals(ANY) ? "" : principal));
    } catch (InvalidPathException e) {
      throw new SpnegoException(
          Reason.ACCEPTOR_CREDENTIALS, "The keytab " + name + " is no path.", e);
    }
  }

  private static AcceptorCredentials ofJaas(String entry) throws SpnegoException {
    LoginRequest request = LoginRequest.byJaas(entry, "", null, null);
    Subject subject;
    try {
      subject = LoginCache.shared().get(request).subject;
    } catch (SpnegoException e) {
      throw new SpnegoException(
          Reason.ACCEPTOR_CREDENTIALS,
          "Accepting a client by the JAAS entry " + entry + ": the login did not work.",
          e);
    }
    if (!holdsKeys(subject)) {
      throw none(
          "the JAAS entry " + entry + " gives no key",
          "Give its Krb5LoginModule storeKey=true, and isInitiator=false.");
    }
    return AcceptorCredentials.of(subject, request.describe());
  }

  private static SpnegoException none(String why, String remedy) {
    return new SpnegoException(
        Reason.ACCEPTOR_CREDENTIALS, "Looking for the server's keys: " + why + ".", remedy, null);
  }
}
