package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Oids;
import io.github.smtpspnego.gss.TargetName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.auth.kerberos.KeyTab;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange is made with, in both roles: a Subject to act as, a GSS credential, or the
 * native library's own. They hold no state of an exchange.
 */
public final class Credentials {
  /**
   * Something to do with the credentials.
   *
   * @param <T> what comes of it
   */
  public interface Action<T> {
    /**
     * Does it.
     *
     * @return what comes of it
     * @throws SaslException if it does not succeed
     */
    T run() throws SaslException;
  }

  private static final String ANY = "*";

  private final Supplier<String> description;
  private final @Nullable Subject subject;
  private final @Nullable GSSCredential credential;
  private @Nullable ServiceTickets tickets;
  private @Nullable AcceptorKeytab keytab;

  private Credentials(
      Supplier<String> description, @Nullable Subject subject, @Nullable GSSCredential credential) {
    this.description = description;
    this.subject = subject;
    this.credential = credential;
  }

  /** A login of ours, as described; its service tickets are ours to drop. */
  static Credentials of(Login login, Supplier<String> description) {
    Credentials credentials = new Credentials(description, login.subject, login.credential);
    credentials.tickets = login.tickets;
    return credentials;
  }

  static Credentials of(AcceptorKeytab keytab) throws SpnegoException {
    Credentials credentials = new Credentials(keytab::describe, keytab.subject(), null);
    credentials.keytab = keytab;
    return credentials;
  }

  static Credentials of(Subject subject, String description) {
    return new Credentials(() -> description, subject, null);
  }

  static Credentials of(GSSCredential credential, String description) {
    return new Credentials(() -> description, null, credential);
  }

  static Credentials ofNativeLibrary() {
    return new Credentials(() -> "with the native GSS library's credentials", null, null);
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
   * The ticket-granting ticket, for those who tell how long it is good for.
   *
   * @return the ticket; null where there is none, or none that is known
   */
  public @Nullable KerberosTicket ticket() {
    return subject == null ? null : ServiceTickets.ticketGrantingTicket(subject);
  }

  /**
   * Does something as the Subject whose credentials these are.
   *
   * @param action what to do
   * @param <T> what comes of it
   * @return what comes of it
   * @throws SaslException if the action throws it
   */
  public <T> T run(Action<T> action) throws SaslException {
    return subject == null ? action.run() : Subjects.runAs(subject, action);
  }

  /**
   * Begins an exchange with a server.
   *
   * @param target the server's name
   * @return to be told how the exchange ends
   */
  public TicketAttempt begin(TargetName target) {
    ServiceTickets used =
        tickets == null && subject != null ? new ServiceTickets(subject) : tickets;
    return used == null ? new TicketAttempt(null, target) : used.begin(target);
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
