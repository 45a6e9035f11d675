package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KeyTab;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the server's keys that the settings mean. The first that applies: {@code
 * javax.security.sasl.credentials}, a Subject of the calling thread that holds keys, {@code
 * keytab}, {@code jaasentry}, the native library.
 */
public final class AcceptorFinder {
  private static final String ANY = "*";

  private final CredentialSettings settings;

  /**
   * Creates a finder; nothing is looked for yet.
   *
   * @param settings what to look for; the principal {@code *} is the same as none, any in the
   *     keytab
   */
  public AcceptorFinder(CredentialSettings settings) {
    this.settings = settings;
  }

  /**
   * Finds the keys.
   *
   * @return those of the source that is set, or of the first that applies
   * @throws SpnegoException with {@link Reason#ACCEPTOR_CREDENTIALS} if there are none
   */
  public AcceptorCredentials find() throws SpnegoException {
    return switch (settings.source()) {
      case AUTO -> first();
      case SUBJECT ->
          ofSubject(Subjects.current())
              .orElseThrow(
                  () ->
                      none(
                          "credentials=subject, and the calling thread has no Subject with keys",
                          "Run the server's code inside Subject.callAs (Subject.doAs before JDK"
                              + " 18), as a Subject with a KeyTab or KerberosKeys."));
      case KEYTAB -> ofKeytab(settings.keytab().orElseThrow());
      case JAAS -> ofJaas(settings.jaasEntry().orElseThrow());
      case NATIVE -> ofNativeLibrary();
      case PASSWORD, TICKETCACHE ->
          throw none(
              "credentials="
                  + settings.source().name().toLowerCase(Locale.ROOT)
                  + " is for clients, and a server needs keys",
              "Set it to auto, keytab, subject, jaas or native.");
    };
  }

  private AcceptorCredentials first() throws SpnegoException {
    if (settings.credential().isPresent()) {
      return of(settings.credential().get());
    }
    Optional<AcceptorCredentials> ofSubject = ofSubject(Subjects.current());
    if (ofSubject.isPresent()) {
      return ofSubject.get();
    }
    if (settings.keytab().isPresent()) {
      return ofKeytab(settings.keytab().get());
    }
    if (settings.jaasEntry().isPresent()) {
      return ofJaas(settings.jaasEntry().get());
    }
    if (isNativeLibraryOn()) {
      return AcceptorCredentials.ofNativeLibrary();
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

  private static Optional<AcceptorCredentials> ofSubject(@Nullable Subject subject) {
    if (subject == null
        || (subject.getPrivateCredentials(KeyTab.class).isEmpty()
            && subject.getPrivateCredentials(KerberosKey.class).isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(AcceptorCredentials.of(subject, "with the caller's Subject"));
  }

  private AcceptorCredentials ofKeytab(String name) throws SpnegoException {
    try {
      return AcceptorCredentials.of(
          new AcceptorKeytab(
              Path.of(name), settings.principal().filter(principal -> !principal.equals(ANY))));
    } catch (InvalidPathException e) {
      throw new SpnegoException(
          Reason.ACCEPTOR_CREDENTIALS, "The keytab " + name + " is no path.", e);
    }
  }

  private static AcceptorCredentials ofJaas(String entry) throws SpnegoException {
    try (Secret none = new Secret(null)) {
      LoginRequest request = new LoginRequest.FromJaas(entry, "", none, null);
      Subject subject = LoginCache.shared().get(request).subject();
      return ofSubject(subject)
          .map(keys -> AcceptorCredentials.of(subject, request.describe()))
          .orElseThrow(
              () ->
                  none(
                      "the JAAS entry " + entry + " gives no key",
                      "Give its Krb5LoginModule storeKey=true, and isInitiator=false."));
    } catch (SpnegoException e) {
      throw e.reason() == Reason.ACCEPTOR_CREDENTIALS
          ? e
          : new SpnegoException(
              Reason.ACCEPTOR_CREDENTIALS,
              "Accepting a client by the JAAS entry " + entry + ": the login did not work.",
              e);
    }
  }

  private static AcceptorCredentials ofNativeLibrary() throws SpnegoException {
    if (!isNativeLibraryOn()) {
      throw none(
          "credentials=native, and this JVM was started without -Dsun.security.jgss.native=true",
          Reason.NATIVE_GSS.remedy());
    }
    return AcceptorCredentials.ofNativeLibrary();
  }

  private static boolean isNativeLibraryOn() {
    return Boolean.getBoolean("sun.security.jgss.native");
  }

  private static SpnegoException none(String why, String remedy) {
    return new SpnegoException(
        Reason.ACCEPTOR_CREDENTIALS, "Looking for the server's keys: " + why + ".", remedy, null);
  }
}
