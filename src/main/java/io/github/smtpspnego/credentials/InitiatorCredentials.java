package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.gss.TargetName;
import java.time.InstantSource;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/** What an initiator authenticates with, and as whom. It holds no state of an exchange. */
public final class InitiatorCredentials {
  /** Whose they are; empty where nobody knows before they are used. */
  final String name;

  private final String description;
  private final @Nullable GSSCredential credential;

  /** Where the JDK looks for service tickets; null where there is none. */
  final @Nullable Subject subject;

  final ServiceTickets tickets;

  /** Whether their owner did not make them: a service acts as a user. */
  final boolean isImpersonated;

  InitiatorCredentials(
      String name,
      String description,
      @Nullable GSSCredential credential,
      @Nullable Subject subject,
      ServiceTickets tickets,
      boolean isImpersonated) {
    this.name = name;
    this.description = description;
    this.credential = credential;
    this.subject = subject;
    this.tickets = tickets;
    this.isImpersonated = isImpersonated;
  }

  /**
   * Credentials that this library did not make, whose service tickets nobody else uses here.
   *
   * @param credential the credential; null where a Subject holds service tickets alone
   * @param subject where the JDK looks for service tickets and keeps them, or null
   */
  static InitiatorCredentials of(
      String name, String origin, @Nullable GSSCredential credential, @Nullable Subject subject) {
    return new InitiatorCredentials(
        name,
        name.isEmpty() ? origin : "as " + name + " " + origin,
        credential,
        subject,
        new ServiceTickets(subject, InstantSource.system()),
        false);
  }

  /**
   * Whose credentials these are and where they come from, to follow a verb.
   *
   * @return "as alice@REALM from the keytab /etc/mail.keytab"
   */
  public String describe() {
    return description;
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

  /** The ticket-granting ticket, for those who tell how long it is good for. */
  public @Nullable KerberosTicket ticket() {
    Ticket granting = subject == null ? null : Ticket.granting(subject);
    return granting == null ? null : granting.ticket;
  }

  /** Does something as the Subject whose credentials these are. */
  public <T> T run(SaslAction<T> action) throws SpnegoException {
    // The JDK keeps service tickets in the current Subject. Those of a credential that was handed
    // over must not be left there for others. Without a credential the native library takes its
    // default, unless it finds a Subject.
    Subject as = subject == null && credential != null ? new Subject() : subject;
    return Subjects.doAs(as, SpnegoException.class, action::run);
  }

  /**
   * Begins an exchange with a server.
   *
   * @return to be told how the exchange ends
   */
  public TicketAttempt begin(TargetName target) {
    return tickets.begin(this, target);
  }
}
