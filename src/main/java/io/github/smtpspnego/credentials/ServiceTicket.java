package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.gss.TargetName;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;
import org.jspecify.annotations.Nullable;

/**
 * The ticket for one server that the JDK keeps in a Subject: how long it is valid, and who asks the
 * KDC for the next one. Where it is valid, threads use it without a lock.
 */
final class ServiceTicket {
  /**
   * In its last second a ticket does not count as valid here. The JDK uses it to the end, and asks
   * the KDC after that: what is decided here must hold until the JDK looks.
   */
  private static final long MARGIN = 1_000;

  /** So long no ticket is looked for where the JDK kept none; threads then ask side by side. */
  private static final long NOT_KEPT = 60_000;

  private final TargetName target;
  private final @Nullable Subject subject;
  private final InstantSource clock;
  private final SingleFlight requests = new SingleFlight();

  private volatile @Nullable GSSName name;

  /** In milliseconds since 1970. */
  private volatile long validUntil = Long.MIN_VALUE;

  /** How often the ticket was dropped: an exchange can only tell of the one that it used. */
  private final AtomicInteger drops = new AtomicInteger();

  ServiceTicket(TargetName target, @Nullable Subject subject, InstantSource clock) {
    this.target = target;
    this.subject = subject;
    this.clock = clock;
  }

  TargetName target() {
    return target;
  }

  /** The target's name for GSS-API, made once. */
  GSSName name() throws GSSException {
    GSSName made = name;
    if (made == null) {
      made = target.toGssName();
      name = made;
    }
    return made;
  }

  /** How often it was dropped so far. */
  int drops() {
    return drops.get();
  }

  /**
   * Makes a first token. Where no valid ticket is known, one thread does so, for which the JDK asks
   * the KDC; the others wait, and use the ticket that it got or share its failure.
   */
  <T> T inTurn(SaslAction<T> firstToken) throws SpnegoException {
    T made =
        isKnown()
            ? null
            : requests.run(
                true,
                () -> !isKnown(),
                () -> true,
                () -> {
                  T token = firstToken.run();
                  validUntil = endOfTicket();
                  return token;
                });
    return made == null ? firstToken.run() : made;
  }

  private boolean isKnown() {
    return clock.millis() < validUntil;
  }

  /** With {@code useSubjectCredsOnly=false} the JDK keeps no service tickets. */
  private long endOfTicket() {
    long end = Long.MIN_VALUE;
    if (subject != null) {
      for (Ticket ticket : Ticket.in(subject)) {
        if (target.isMeantBy(ticket.server)) {
          end = Math.max(end, ticket.end);
        }
      }
    }
    return end == Long.MIN_VALUE ? clock.millis() + NOT_KEPT : end - MARGIN;
  }

  /**
   * Has the next exchange ask the KDC for a ticket: the server may have a new key. Without a
   * ticket-granting ticket none could be got, and the ticket stays.
   *
   * @param since how often it had been dropped when the exchange began that failed
   */
  void drop(int since) {
    if (subject == null
        || subject.isReadOnly()
        || Ticket.granting(subject) == null
        || !drops.compareAndSet(since, since + 1)) {
      return;
    }
    for (Ticket ticket : Ticket.in(subject)) {
      if (target.isMeantBy(ticket.server)) {
        subject.getPrivateCredentials().remove(ticket.ticket);
      }
    }
    validUntil = Long.MIN_VALUE;
  }
}
