package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.settings.SettingsReader;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/** Finds the server's keys that the settings mean. */
public final class AcceptorFinder {
  private final SettingsReader settings;
  private final AcceptedNames names;
  private final CredentialSource source;

  private AcceptorFinder(SettingsReader settings, AcceptedNames names) throws SpnegoException {
    this.settings = settings;
    this.names = names;
    this.source = settings.constant(SpnegoOption.CREDENTIALS, CredentialSource.class);
  }

  /**
   * Finds the keys. With {@code auto}, the first that applies: a GSS credential in the properties,
   * keytab, JAAS entry, a Subject of the calling thread that holds keys, native library.
   *
   * @param settings what to look for
   * @param names which names tickets may be for
   * @return the keys
   * @throws SpnegoException with {@link Reason#ACCEPTOR_CREDENTIALS} if there are none, with {@link
   *     Reason#BAD_SETTING} if a setting has a bad value
   */
  public static AcceptorCredentials find(SettingsReader settings, AcceptedNames names)
      throws SpnegoException {
    return new AcceptorFinder(settings, names).find();
  }

  private AcceptorCredentials find() throws SpnegoException {
    Object given = settings.object(Sasl.CREDENTIALS, Object.class).orElse(null);
    if (given != null && source == CredentialSource.AUTO) {
      if (given instanceof GSSCredential credential) {
        return AcceptorCredentials.ofCredential(credential, names);
      }
      throw SettingsReader.bad(
          Sasl.CREDENTIALS, given.getClass().getName(), "it must be a GSSCredential");
    }
    String keytab = settings.text(SpnegoOption.KEYTAB).orElse("");
    if (means(CredentialSource.KEYTAB, !keytab.isEmpty())) {
      return ofKeytab(keytab);
    }
    String entry = settings.text(SpnegoOption.JAASENTRY).orElse("");
    if (means(CredentialSource.JAAS, !entry.isEmpty())) {
      return ofJaas(entry);
    }
    Subject current = Subjects.current();
    boolean holdsKeys = current != null && AcceptorSubject.holdsKeys(current);
    if (means(CredentialSource.SUBJECT, holdsKeys)) {
      return ofSubject(current, holdsKeys);
    }
    if (means(CredentialSource.NATIVE, InitiatorFinder.isNativeLibraryOn())) {
      return ofNativeLibrary();
    }
    if (source != CredentialSource.AUTO) {
      throw none(
          "credentials="
              + source.name().toLowerCase(Locale.ROOT)
              + " is for clients, and a server needs keys",
          "Set it to auto, keytab, subject, jaas or native.");
    }
    throw none(
        "no keytab, JAAS entry, Subject or GSS credential was given",
        "Set mail." + settings.protocol() + ".sasl.spnego.keytab.");
  }

  private boolean means(CredentialSource candidate, boolean applies) {
    return source == candidate || (source == CredentialSource.AUTO && applies);
  }

  private AcceptorCredentials ofKeytab(String file) throws SpnegoException {
    if (file.isEmpty()) {
      throw needs(SpnegoOption.KEYTAB);
    }
    try {
      return AcceptorCredentials.ofKeytab(Path.of(file), names);
    } catch (InvalidPathException e) {
      throw new SpnegoException(
          Reason.ACCEPTOR_CREDENTIALS, "The keytab " + file + " is no path.", e);
    }
  }

  private AcceptorCredentials ofJaas(String entry) throws SpnegoException {
    if (entry.isEmpty()) {
      throw needs(SpnegoOption.JAASENTRY);
    }
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
    if (!AcceptorSubject.holdsKeys(subject)) {
      throw none(
          "the JAAS entry " + entry + " gives no key",
          "Give its Krb5LoginModule storeKey=true, and isInitiator=false.");
    }
    return AcceptorCredentials.ofSubject(subject, request.describe(), names);
  }

  private AcceptorCredentials ofSubject(@Nullable Subject subject, boolean holdsKeys)
      throws SpnegoException {
    if (subject == null || !holdsKeys) {
      throw none(
          "credentials=subject, and the calling thread has no Subject with keys",
          "Run the server's code inside Subject.callAs (Subject.doAs before JDK 18), as a"
              + " Subject with a KeyTab or KerberosKeys.");
    }
    return AcceptorCredentials.ofSubject(subject, "with the caller's Subject", names);
  }

  private AcceptorCredentials ofNativeLibrary() throws SpnegoException {
    if (!InitiatorFinder.isNativeLibraryOn()) {
      throw none(
          "credentials=native, and this JVM was started without -Dsun.security.jgss.native=true",
          Reason.NATIVE_GSS.remedy());
    }
    return AcceptorCredentials.ofCredential(null, names);
  }

  private SpnegoException needs(SpnegoOption other) {
    return settings.bad(
        SpnegoOption.CREDENTIALS,
        "which needs " + other.propertyName(settings.protocol()) + ", and that is not set");
  }

  private static SpnegoException none(String why, String remedy) {
    return new SpnegoException(
        Reason.ACCEPTOR_CREDENTIALS, "Looking for the server's keys: " + why + ".", remedy, null);
  }
}
