package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.Gss;
import java.time.Duration;
import java.time.Instant;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/** A Subject that is logged in, and how long it is good for. Immutable but for its tickets. */
final class Login {
  /** So long before the end of a ticket a new one is got, for tickets that live hours. */
  private static final Duration LONGEST_MARGIN = Duration.ofMinutes(5);

  /** How often credentials without a ticket to tell their end are looked at again. */
  private static final Duration WITHOUT_TICKET = Duration.ofMinutes(1);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  /** The principal that is logged in; empty where no ticket tells. */
  final String client;

  /** Holds the ticket-granting ticket, and the service tickets that were got with it. */
  final Subject subject;

  /** The Subject's, found once; null where it is looked for at each exchange. */
  final @Nullable GSSCredential credential;

  final ServiceTickets tickets;

  /** The file it came from, as it was then. */
  final FileStamp stamp;

  /** When to log in anew. */
  final Instant renewAt;

  /** When its ticket expires. */
  final Instant end;

  private Login(
      String client,
      Subject subject,
      @Nullable GSSCredential credential,
      ServiceTickets tickets,
      FileStamp stamp,
      Instant renewAt,
      Instant end) {
    this.client = client;
    this.subject = subject;
    this.credential = credential;
    this.tickets = tickets;
    this.stamp = stamp;
    this.renewAt = renewAt;
    this.end = end;
  }

  static Login of(Subject subject, FileStamp stamp, Instant now) {
    KerberosTicket ticket = ServiceTickets.ticketGrantingTicket(subject);
    ServiceTickets tickets = new ServiceTickets(subject);
    if (ticket == null) {
      Instant again = now.plus(WITHOUT_TICKET);
      return new Login("", subject, null, tickets, stamp, again, again);
    }
    Instant end = ticket.getEndTime().toInstant();
    Duration rest = Duration.between(now, end);
    Duration lifetime =
        ticket.getStartTime() == null
            ? rest
            : Duration.between(ticket.getStartTime().toInstant(), end);
    Duration margin = min(LONGEST_MARGIN, lifetime.dividedBy(5));
    // A ticket that is near its end already cannot be had fresher: try again on the way there.
    Duration wait = rest.compareTo(margin) > 0 ? rest.minus(margin) : rest.dividedBy(4);
    return new Login(
        ticket.getClient().getName(),
        subject,
        credentialOf(subject),
        tickets,
        stamp,
        now.plus(wait),
        end);
  }

  private static @Nullable GSSCredential credentialOf(Subject subject) {
    if (InitiatorFinder.isNativeLibraryOn()) {
      return null; // that library finds credentials of its own
    }
    try {
      return Subjects.runAs(subject, Login::currentCredential);
    } catch (SaslException | RuntimeException e) {
      return null; // the exchange will say what the JDK lacks
    }
  }

  private static GSSCredential currentCredential() throws SaslException {
    try {
      return Gss.initiatorCredential();
    } catch (GSSException e) {
      throw new SaslException("no credential in the Subject", e);
    }
  }

  /** Whether it may be used without a look at the KDC. */
  boolean isFresh(FileStamp current, Instant now) {
    return now.isBefore(renewAt) && stamp.equals(current);
  }

  /** The same login, to be renewed later, after a renewal that did not succeed. */
  Login retryAfter(Instant now) {
    Duration wait = min(LONGEST_RETRY, Duration.between(now, end).dividedBy(4));
    return new Login(client, subject, credential, tickets, stamp, now.plus(wait), end);
  }

  boolean isValid(Instant now) {
    return now.isBefore(end);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
