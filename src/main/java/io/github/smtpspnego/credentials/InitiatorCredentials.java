package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.gss.TargetName;
import java.time.InstantSource;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/** The credentials of an initiator. They hold no state of an exchange. */
public final class InitiatorCredentials {
  /** The owner; empty if it is not known before the credentials are used. */
  final String name;

  private final String description;
  private final @Nullable GSSCredential credential;

  /** Where the JDK looks for service tickets, or null. */
  final @Nullable Subject subject;

  final ServiceTickets tickets;

  /** Whether a service acts as the owner by constrained delegation. */
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
   * Creates credentials that this library did not obtain itself. Their service tickets are not
   * shared.
   *
   * @param credential the credential; null if the Subject holds service tickets only
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

  /** The owner and the origin for messages: "as alice@REALM from the keytab /etc/mail.keytab". */
  public String describe() {
    return description;
  }

  /**
   * The GSS credential for the context. Null if the Subject holds service tickets only, and if the
   * native library is to use its default.
   */
  public @Nullable GSSCredential credential() {
    return credential;
  }

  /** The ticket-granting ticket that lives longest; null if there is none. */
  public @Nullable KerberosTicket ticket() {
    Ticket granting = subject == null ? null : Ticket.granting(subject);
    return granting == null ? null : granting.ticket;
  }

  /** Runs an action as the Subject with these credentials. */
  public <T> T run(SpnegoAction<T> action) throws SpnegoException {
    // The JDK stores service tickets in the current Subject. For a credential of the caller that
    // must not be the caller's Subject, where other code would find them. Without a credential
    // there must be no Subject: the native library would use it instead of its default.
    Subject as = subject == null && credential != null ? new Subject() : subject;
    return Subjects.doAs(as, SpnegoException.class, action);
  }

  /** Begins an exchange with a server. The result must be told how the exchange ends. */
  public TicketAttempt begin(TargetName target) {
    return tickets.begin(this, target);
  }
}
