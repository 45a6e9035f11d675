package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.kerberos.Printable;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Locale;
import javax.security.auth.Subject;

/** Finds the server's keys according to the settings. */
public final class AcceptorFinder {
  private AcceptorFinder() {}

  /**
   * Finds the keys. With {@code credentials=auto}, the first of these sources that is present is
   * used: a GSS credential in the properties, a keytab, a JAAS entry, a Subject of the calling
   * thread that holds keys, the native library.
   *
   * @throws SpnegoException with {@link Reason#ACCEPTOR_CREDENTIALS} if there are no keys, with
   *     {@link Reason#BAD_SETTING} if a setting has a bad value
   */
  public static AcceptorCredentials find(SettingsReader reader, AcceptedNames names)
      throws SpnegoException {
    CredentialSettings settings = new CredentialSettings(reader);
    if (settings.credential != null) {
      return AcceptorCredentials.ofCredential(settings.credential, names);
    }
    if (settings.keytab != null && settings.selects(CredentialSource.KEYTAB, true)) {
      return AcceptorCredentials.ofKeytab(settings.keytab, names);
    }
    if (settings.selects(CredentialSource.JAAS, !settings.jaasEntry.isEmpty())) {
      return ofJaas(settings.jaasEntry, names);
    }
    Subject current = Subjects.current();
    if (current != null
        && AcceptorSubject.holdsKeys(current)
        && settings.selects(CredentialSource.SUBJECT, true)) {
      return AcceptorCredentials.ofSubject(current, "with the caller's Subject", names);
    }
    if (settings.source == CredentialSource.NATIVE && !NativeLibrary.isOn()) {
      throw none(
          "credentials=native, and this JVM was started without -Dsun.security.jgss.native=true",
          Reason.NATIVE_GSS.remedy());
    }
    if (settings.selects(CredentialSource.NATIVE, NativeLibrary.isOn())) {
      return AcceptorCredentials.ofCredential(null, names);
    }
    if (settings.source == CredentialSource.AUTO) {
      throw none(
          "no keytab, JAAS entry, Subject or GSS credential was given",
          "Set " + settings.property(SpnegoOption.KEYTAB) + ".");
    }
    if (settings.source == CredentialSource.SUBJECT) {
      throw none(
          "credentials=subject, and the calling thread has no Subject with keys",
          "Run the server's code inside Subject.callAs (Subject.doAs before JDK 18), as a Subject"
              + " with a KeyTab or KerberosKeys.");
    }
    throw none(
        "credentials="
            + settings.source.name().toLowerCase(Locale.ROOT)
            + " is for clients, and a server needs keys",
        "Set it to auto, keytab, subject, jaas or native.");
  }

  private static AcceptorCredentials ofJaas(String entry, AcceptedNames names)
      throws SpnegoException {
    LoginRequest request = LoginRequest.byJaas(entry, "", null, null);
    Subject subject;
    try {
      subject = LoginCache.shared().get(request).subject;
    } catch (SpnegoException e) {
      // What the login module says; the cause of its exception may contain secrets.
      Throwable said = e.getCause() == null ? e : e.getCause();
      throw new SpnegoException(
          Reason.ACCEPTOR_CREDENTIALS,
          "Accepting a client "
              + request.describe()
              + ": "
              + Printable.lines(String.valueOf(said.getMessage()))
              + ".",
          e.remedy(),
          e);
    }
    if (!AcceptorSubject.holdsKeys(subject)) {
      throw none(
          "the JAAS entry " + entry + " gives no key",
          "Give its Krb5LoginModule storeKey=true, and isInitiator=false.");
    }
    return AcceptorCredentials.ofSubject(subject, request.describe(), names);
  }

  private static SpnegoException none(String why, String remedy) {
    return new SpnegoException(
        Reason.ACCEPTOR_CREDENTIALS, "Looking for the server's keys: " + why + ".", remedy, null);
  }
}
