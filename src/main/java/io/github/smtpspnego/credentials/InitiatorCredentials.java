package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.TargetName;
import java.time.InstantSource;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/** What an initiator authenticates with, and as whom. It holds no state of an exchange. */
public final class InitiatorCredentials {
  /** Where they come from, to follow a verb; for a login of ours the request says that. */
  private final String origin;

  /** Whose they are; empty where nobody knows before they are used. */
  private final String name;

  private final @Nullable GSSCredential credential;

  /** Where the JDK looks for service tickets; null where there is none. */
  private final @Nullable Subject subject;

  private final @Nullable LoginRequest request;
  private final @Nullable ServiceTickets tickets;

  private InitiatorCredentials(
      String origin,
      String name,
      @Nullable GSSCredential credential,
      @Nullable Subject subject,
      @Nullable LoginRequest request,
      @Nullable ServiceTickets tickets) {
    this.origin = origin;
    this.name = name;
    this.credential = credential;
    this.subject = subject;
    this.request = request;
    this.tickets = tickets;
  }

  /** A login of ours: its service tickets are shared. */
  static InitiatorCredentials of(Login login, NamedCredential named, LoginRequest request) {
    return new InitiatorCredentials(
        "", named.name, named.credential, login.subject, request, login.tickets);
  }

  /** A Subject's: the JDK looks there for service tickets, and keeps them there. */
  static InitiatorCredentials of(Subject subject, NamedCredential named, String origin) {
    return new InitiatorCredentials(origin, named.name, named.credential, subject, null, null);
  }

  /** A Subject's that holds service tickets alone. */
  static InitiatorCredentials ofServiceTickets(Subject subject, String name, String origin) {
    return new InitiatorCredentials(origin, name, null, subject, null, null);
  }

  static InitiatorCredentials of(NamedCredential named, String origin) {
    return new InitiatorCredentials(origin, named.name, named.credential, null, null, null);
  }

  /** The native library's; null where it is to take its default when the first token is made. */
  static InitiatorCredentials ofNativeLibrary(@Nullable NamedCredential named) {
    String origin = "with the native GSS library's credentials";
    return named == null
        ? new InitiatorCredentials(origin, "", null, null, null, null)
        : new InitiatorCredentials(origin, named.name, named.credential, null, null, null);
  }

  /**
   * Whose credentials these are and where they come from, to follow a verb.
   *
   * @return "as alice@REALM from the keytab /etc/mail.keytab"
   */
  public String describe() {
    if (request != null) {
      return request.describe(name);
    }
    return name.isEmpty() ? origin : "as " + name + " " + origin;
  }

  /**
   * The GSS credential to hand to the context.
   *
   * @return the caller's own, or one made of a ticket-granting ticket; null where a Subject holds
   *     service tickets alone, and where the native library is to take its default
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
    Ticket granting = subject == null ? null : Ticket.granting(subject);
    return granting == null ? null : granting.ticket;
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
    // Without either the native library takes its default, unless it finds a Subject.
    boolean isIndifferent = subject == null && credential != null;
    return isIndifferent ? action.run() : Subjects.runAs(subject, action);
  }

  /**
   * Begins an exchange with a server.
   *
   * @param target the server's name
   * @return to be told how the exchange ends
   */
  public TicketAttempt begin(TargetName target) {
    return tickets == null
        ? new TicketAttempt(
            this, new ServiceTicket(target, subject, InstantSource.system()), null, 0)
        : tickets.begin(this, target);
  }
}
