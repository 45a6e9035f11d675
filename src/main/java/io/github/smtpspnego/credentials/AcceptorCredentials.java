package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Oids;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;
import org.jspecify.annotations.Nullable;

/**
 * What an acceptor reads tickets with: a Subject with keys, a GSS credential, or the native
 * library's own keys. They hold no state of an exchange.
 */
public final class AcceptorCredentials {
  private static final String ANY = "*";

  private final Supplier<String> description;
  private final @Nullable Subject subject;
  private final @Nullable GSSCredential credential;
  private @Nullable AcceptorKeytab keytab;

  private AcceptorCredentials(
      Supplier<String> description, @Nullable Subject subject, @Nullable GSSCredential credential) {
    this.description = description;
    this.subject = subject;
    this.credential = credential;
  }

  static AcceptorCredentials of(AcceptorKeytab keytab) throws SpnegoException {
    AcceptorCredentials credentials =
        new AcceptorCredentials(keytab::describe, keytab.subject(), null);
    credentials.keytab = keytab;
    return credentials;
  }

  static AcceptorCredentials of(Subject subject, String description) {
    return new AcceptorCredentials(() -> description, subject, null);
  }

  static AcceptorCredentials of(GSSCredential credential, String description) {
    return new AcceptorCredentials(() -> description, null, credential);
  }

  static AcceptorCredentials ofNativeLibrary() {
    return new AcceptorCredentials(() -> "with the native GSS library's credentials", null, null);
  }

  /**
   * Whose credentials these are and where they come from, to follow a verb.
   *
   * @return "as alice@REALM from the keytab /etc/mail.keytab"
   */
  public String describe() {
    return description.get();
  }

  /**
   * The GSS credential to hand to the context.
   *
   * @return the caller's own, or a login's; null where the Subject's are meant
   */
  public @Nullable GSSCredential credential() {
    return credential;
  }

  /**
   * Does something as the Subject whose credentials these are.
   *
   * @param action what to do
   * @param <T> what comes of it
   * @return what comes of it
   * @throws SaslException if the action throws it
   */
  public <T> T run(SaslAction<T> action) throws SaslException {
    return subject == null ? action.run() : Subjects.runAs(subject, action);
  }

  /**
   * What is wrong with an acceptor's keys, looked at after a ticket could not be read: a file that
   * is just being written must not fail an exchange that the JDK can still serve.
   *
   * @param failure what happened
   * @return the exception to throw in its place; empty where the keys are as they should be
   */
  public Optional<SpnegoException> fault(SpnegoException failure) {
    Reason reason = failure.reason();
    boolean isAboutKeys =
        reason == Reason.ACCEPTOR_CREDENTIALS
            || reason == Reason.ENCRYPTION_TYPE
            || reason == Reason.MESSAGE_MODIFIED
            || reason == Reason.GSS_FAILURE;
    return keytab == null || !isAboutKeys ? Optional.empty() : keytab.fault(failure);
  }

  /**
   * Whose keys an accepted ticket may have been read with. The name that a ticket is for stands in
   * it unencrypted, and where there is no key of that name the JDK tries all keys. So a ticket for
   * another service can be given a name that has no key.
   *
   * @param target the name in the ticket, with its realm
   * @return that name where it has a key; else the names of all keys, {@code *} where they cannot
   *     be listed. A GSS credential without a name, and the native library, are believed.
   */
  public List<String> keyOwners(String target) {
    return subject == null ? keyOwnersOfCredential(target) : keyOwnersInSubject(subject, target);
  }

  private List<String> keyOwnersInSubject(Subject acceptor, String target) {
    KerberosPrincipal name = new KerberosPrincipal(target);
    List<String> owners = new ArrayList<>();
    for (KeyTab table : acceptor.getPrivateCredentials(KeyTab.class)) {
      if (table.getKeys(name).length > 0) {
        return List.of(target);
      }
      if (keytab != null) {
        owners.addAll(keytab.owners());
      } else {
        owners.add(table.getPrincipal() == null ? ANY : table.getPrincipal().getName());
      }
    }
    for (KerberosKey key : acceptor.getPrivateCredentials(KerberosKey.class)) {
      owners.add(key.getPrincipal().getName());
    }
    return owners.contains(target) ? List.of(target) : owners;
  }

  private List<String> keyOwnersOfCredential(String target) {
    try {
      GSSName name = credential == null ? null : credential.getName(Oids.KERBEROS);
      return List.of(name == null ? target : name.toString());
    } catch (GSSException | RuntimeException e) {
      return List.of(ANY);
    }
  }

  /**
   * Which keys an acceptor has.
   *
   * @return a sentence, empty where it is not known
   */
  public String keys() {
    if (keytab != null) {
      return keytab.contents();
    }
    if (credential == null) {
      return "";
    }
    try {
      // A credential for Kerberos alone is what people make, and the JDK uses it for that alone.
      List<String> mechanisms = Arrays.stream(credential.getMechs()).map(Oids::name).toList();
      return "The credential is for "
          + String.join(", ", mechanisms)
          + "; both SPNEGO and Kerberos are needed.";
    } catch (GSSException | RuntimeException e) {
      return "The credential cannot be used: " + e.getMessage() + ".";
    }
  }
}
