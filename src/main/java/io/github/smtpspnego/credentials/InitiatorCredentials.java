package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.TargetName;
import java.util.function.Supplier;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * What an initiator authenticates with: a Subject, a GSS credential, or the native library's own
 * credentials. They hold no state of an exchange.
 */
public final class InitiatorCredentials {
  private final Supplier<String> description;
  private final @Nullable Subject subject;
  private final @Nullable GSSCredential credential;
  private @Nullable ServiceTickets tickets;

  private InitiatorCredentials(
      Supplier<String> description, @Nullable Subject subject, @Nullable GSSCredential credential) {
    this.description = description;
    this.subject = subject;
    this.credential = credential;
  }

  /** A login of ours, as described; its service tickets are ours to drop. */
  static InitiatorCredentials of(Login login, Supplier<String> description) {
    InitiatorCredentials credentials =
        new InitiatorCredentials(description, login.subject, login.credential);
    credentials.tickets = login.tickets;
    return credentials;
  }

  static InitiatorCredentials of(Subject subject, String description) {
    return new InitiatorCredentials(() -> description, subject, null);
  }

  static InitiatorCredentials of(GSSCredential credential, String description) {
    return new InitiatorCredentials(() -> description, null, credential);
  }

  static InitiatorCredentials ofNativeLibrary() {
    return new InitiatorCredentials(() -> "with the native GSS library's credentials", null, null);
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
  public <T> T run(SaslAction<T> action) throws SaslException {
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
}
