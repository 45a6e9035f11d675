package io.github.smtpspnego.credentials;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.jspecify.annotations.Nullable;

/**
 * What a Kerberos ticket said of itself when it was looked at. The JDK destroys expired tickets
 * that it meets in a Subject, and a program may destroy its own: from then on they say nothing.
 */
@SuppressWarnings("JavaUtilDate") // what KerberosTicket has
final class Ticket {
  private static final long LONGEST_MARGIN = 5_000;

  final KerberosTicket ticket;

  /** The principal that it was issued to, with the realm. */
  final String client;

  /** The principal that it is for, with the realm. */
  final String server;

  /** When it becomes valid, in milliseconds since 1970. */
  final long start;

  /** When it expires, in milliseconds since 1970. */
  final long end;

  private Ticket(KerberosTicket ticket) {
    Date end = ticket.getEndTime();
    Date start = ticket.getStartTime();
    this.ticket = ticket;
    this.client = ticket.getClient().getName();
    this.server = ticket.getServer().getName();
    this.end = end.getTime();
    this.start = start == null ? this.end : start.getTime();
  }

  /** Looks at a ticket; null where it is destroyed, before that or meanwhile. */
  static @Nullable Ticket of(KerberosTicket ticket) {
    try {
      return ticket.isDestroyed() ? null : new Ticket(ticket);
    } catch (RuntimeException e) {
      return null; // its parts are null by now, or their getters throw
    }
  }

  /** The tickets in a Subject, in its order. */
  static List<Ticket> in(Subject subject) {
    List<Ticket> tickets = new ArrayList<>();
    for (Object credential : subject.getPrivateCredentials().toArray()) {
      Ticket ticket = credential instanceof KerberosTicket kerberos ? of(kerberos) : null;
      if (ticket != null) {
        tickets.add(ticket);
      }
    }
    return tickets;
  }

  /** The ticket-granting ticket in a Subject that lives longest; null where there is none. */
  static @Nullable Ticket granting(Subject subject) {
    Ticket longest = null;
    for (Ticket ticket : in(subject)) {
      if (ticket.isGranting() && (longest == null || ticket.end > longest.end)) {
        longest = ticket;
      }
    }
    return longest;
  }

  boolean isGranting() {
    return server.startsWith("krbtgt/");
  }

  /** Whether it is valid, and will be for as long as a call with it takes. */
  boolean isGood(long now) {
    return now < end - Math.max(0, Math.min(LONGEST_MARGIN, (end - start) / 10));
  }
}
