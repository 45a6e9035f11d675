package io.github.smtpspnego.credentials;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.jspecify.annotations.Nullable;

/**
 * A Kerberos ticket with its names and times. They are copied, because a destroyed ticket no longer
 * has them: the JDK destroys expired tickets that it finds in a Subject, and a program may destroy
 * its own.
 */
@SuppressWarnings("JavaUtilDate") // KerberosTicket's times
final class Ticket {
  private static final long LONGEST_MARGIN = 5_000;

  final KerberosTicket ticket;

  /** The principal that the ticket was issued to, with its realm. */
  final String client;

  /** The principal that the ticket is for, with its realm. */
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

  /** The tickets in a Subject, in their order. */
  static List<Ticket> in(Subject subject) {
    List<Ticket> tickets = new ArrayList<>();
    for (Object credential : subject.getPrivateCredentials().toArray()) {
      if (credential instanceof KerberosTicket ticket) {
        try {
          if (!ticket.isDestroyed()) {
            tickets.add(new Ticket(ticket));
          }
        } catch (RuntimeException e) {
          // It was destroyed meanwhile: getters return null or throw.
        }
      }
    }
    return tickets;
  }

  /** The ticket-granting ticket in a Subject that lives longest; null if there is none. */
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

  /** Until when the ticket is valid, and long enough for a call that uses it. */
  long usableUntil() {
    return end - Math.max(0, Math.min(LONGEST_MARGIN, (end - start) / 10));
  }
}
