package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.AcceptorKey;
import io.github.smtpspnego.gss.AcceptorKeys;
import io.github.smtpspnego.gss.TicketLabel;
import io.github.smtpspnego.kerberos.PrincipalText;
import io.github.smtpspnego.kerberos.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/**
 * The keys that an acceptor decrypts tickets with, and the names that it accepts. Immutable; holds
 * no state of an exchange.
 *
 * <p>If the JDK has no key of the name in a ticket, it tries all its keys. That name is not
 * encrypted, so a client could change the name in a ticket for another service to one that has no
 * key. Therefore the key is chosen here before anything is decrypted: the name and the realm in the
 * ticket must be accepted, only keys of accepted names are tried, and each is passed to the JDK in
 * a credential of its own.
 */
public abstract class AcceptorCredentials implements AcceptorKeys {
  private static final int MOST_SHOWN = 5;

  private final AcceptedNames names;

  AcceptorCredentials(AcceptedNames names) {
    this.names = names;
  }

  /**
   * The keys of a keytab file. The file is read again when it changes.
   *
   * @param file the file, which need not exist yet
   */
  public static AcceptorCredentials ofKeytab(Path file, AcceptedNames names) {
    return new AcceptorKeytab(file, names);
  }

  /**
   * The keys in a Subject, looked up anew for each ticket.
   *
   * @param subject holds {@code KeyTab} or {@code KerberosKey} objects
   * @param description where the Subject comes from, to follow a verb: "with the caller's Subject"
   */
  public static AcceptorCredentials ofSubject(
      Subject subject, String description, AcceptedNames names) {
    return new AcceptorSubject(subject, description, names);
  }

  /**
   * A GSS credential, or the native library's own.
   *
   * @param credential the credential, for accepting with Kerberos; null for the native library's
   */
  public static AcceptorCredentials ofCredential(
      @Nullable GSSCredential credential, AcceptedNames names) {
    return new AcceptorGssCredential(credential, names);
  }

  public final AcceptedNames names() {
    return names;
  }

  /** Describes the source of the keys: "with the keytab /etc/mail.keytab". */
  public abstract String describe();

  /**
   * Checks that a client could be accepted.
   *
   * @throws SpnegoException with {@link Reason#ACCEPTOR_CREDENTIALS} if there is no key for any
   *     accepted name
   */
  public abstract void check() throws SpnegoException;

  /** Chooses the keys for a ticket whose name is accepted. */
  abstract List<AcceptorKey> candidates(TicketLabel ticket) throws SpnegoException;

  @Override
  public List<AcceptorKey> forTicket(TicketLabel ticket) throws SpnegoException {
    if (Printable.hasControls(ticket.principal()) || !names.acceptsTicketFor(ticket.name())) {
      throw wrongTarget(ticket, "not for " + names.describe());
    }
    return candidates(ticket);
  }

  /**
   * The owners whose keys may be used.
   *
   * @throws SpnegoException with {@link Reason#ACCEPTOR_CREDENTIALS} if none of them may
   */
  final List<String> accepted(Collection<String> owners) throws SpnegoException {
    List<String> accepted = new ArrayList<>(owners);
    accepted.removeIf(owner -> !names.acceptsKeyOf(owner));
    if (accepted.isEmpty()) {
      throw none(
          "there is no key for "
              + names.describe()
              + (owners.isEmpty() ? "" : ", only for " + shown(owners)));
    }
    return accepted;
  }

  /**
   * The owners whose keys may decrypt a ticket.
   *
   * @return at least one owner; the one that the ticket names is the first
   * @throws SpnegoException with {@link Reason#WRONG_TARGET} if the ticket is of another realm
   */
  final List<String> choose(TicketLabel ticket, Collection<String> owners) throws SpnegoException {
    List<String> chosen = new ArrayList<>();
    for (String owner : accepted(owners)) {
      if (owner.equals(ticket.principal())) {
        chosen.add(0, owner);
      } else if (names.acceptsTicketOf(ticket.realm(), PrincipalText.realm(owner))) {
        chosen.add(owner);
      }
    }
    if (chosen.isEmpty()) {
      throw wrongTarget(ticket, "in another realm than the keys of " + shown(owners));
    }
    return chosen;
  }

  /** The credential with the keys of one owner. */
  abstract @Nullable GSSCredential credential(String owner) throws GSSException;

  /** The keys of some owners. */
  final List<AcceptorKey> keys(List<String> owners) throws SpnegoException {
    List<AcceptorKey> keys = new ArrayList<>();
    for (String owner : owners) {
      try {
        keys.add(new AcceptorKey(Optional.of(owner), credential(owner)));
      } catch (GSSException | RuntimeException e) {
        throw fault(Reason.ACCEPTOR_CREDENTIALS, "the key of " + owner + " cannot be used", e);
      }
    }
    return keys;
  }

  /** Throws under native GSS, where the JDK does not pass keys to the library. */
  final void needsJavaKerberos() throws SpnegoException {
    if (NativeLibrary.isOn()) {
      throw unusable(
          "this JVM was started with -Dsun.security.jgss.native=true, and the native library uses"
              + " its own keytab alone",
          "Start the JVM without it, or use a GSSCredential of the native library (KRB5_KTNAME).");
    }
  }

  final SpnegoException wrongTarget(TicketLabel ticket, String why) {
    return fault(Reason.WRONG_TARGET, "the client sent " + ticket.describe() + ", " + why, null);
  }

  final SpnegoException none(String why) {
    return fault(Reason.ACCEPTOR_CREDENTIALS, why, null);
  }

  final SpnegoException fault(Reason reason, String what, @Nullable Exception cause) {
    return new SpnegoException(
        reason, "Accepting a client " + describe() + ": " + what + ".", cause);
  }

  final SpnegoException unusable(String why, String remedy) {
    return new SpnegoException(
        Reason.ACCEPTOR_CREDENTIALS,
        "Accepting a client " + describe() + ": " + why + ".",
        remedy,
        null);
  }

  static String shown(Collection<String> principals) {
    List<String> shown = new ArrayList<>(principals);
    shown.replaceAll(Printable::of);
    return Printable.list(shown, MOST_SHOWN);
  }
}
