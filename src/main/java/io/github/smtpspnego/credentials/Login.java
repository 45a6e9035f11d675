package io.github.smtpspnego.credentials;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;

/**
 * A Subject that is logged in, and how long it is good for.
 *
 * @param client the principal that is logged in, where a ticket tells
 * @param subject holds the ticket-granting ticket, and the service tickets that were got with it
 * @param tickets which of its service tickets are in doubt
 * @param stamp the file it came from, as it was then
 * @param renewAt when to log in anew
 * @param end when its ticket expires
 */
record Login(
    Optional<String> client,
    Subject subject,
    ServiceTickets tickets,
    FileStamp stamp,
    Instant renewAt,
    Instant end) {
  /** So long before the end of a ticket a new one is got, for tickets that live hours. */
  private static final Duration LONGEST_MARGIN = Duration.ofMinutes(5);

  /** How often credentials without a ticket to tell their end are looked at again. */
  private static final Duration WITHOUT_TICKET = Duration.ofMinutes(1);

  static Login of(Subject subject, FileStamp stamp, Instant now) {
    Optional<KerberosTicket> ticket = ServiceTickets.ticketGrantingTicket(subject);
    Optional<Instant> ends = ticket.map(KerberosTicket::getEndTime).map(Date::toInstant);
    Instant end = ends.orElse(now.plus(WITHOUT_TICKET));
    Duration rest = Duration.between(now, end);
    Duration margin = min(LONGEST_MARGIN, lifetime(ticket, rest).dividedBy(5));
    // A ticket that is near its end already cannot be had fresher: try again on the way there.
    Duration wait = rest.compareTo(margin) > 0 ? rest.minus(margin) : rest.dividedBy(4);
    Optional<String> client = ticket.map(t -> t.getClient().getName());
    return new Login(client, subject, new ServiceTickets(subject), stamp, now.plus(wait), end);
  }

  /** Whether it may be used without a look at the KDC. */
  boolean isFresh(FileStamp current, Instant now) {
    return now.isBefore(renewAt) && stamp.equals(current);
  }

  /** The same login, to be renewed later, after a renewal that did not succeed. */
  Login retryAfter(Instant now) {
    Instant next = now.plus(min(Duration.ofSeconds(30), Duration.between(now, end).dividedBy(4)));
    return new Login(client, subject, tickets, stamp, next, end);
  }

  boolean isValid(Instant now) {
    return now.isBefore(end);
  }

  private static Duration lifetime(Optional<KerberosTicket> ticket, Duration rest) {
    return ticket
        .filter(t -> t.getStartTime() != null)
        .map(t -> Duration.between(t.getStartTime().toInstant(), t.getEndTime().toInstant()))
        .orElse(rest);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
