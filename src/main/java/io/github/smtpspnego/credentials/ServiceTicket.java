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
 * The ticket for one server that the JDK stores in a Subject. If it is not valid, one thread
 * requests the next one from the KDC and the others wait. A valid ticket is used without a lock.
 */
final class ServiceTicket extends SingleFlight<SpnegoAction<byte[]>, byte[]> {
  /**
   * A ticket counts as expired one second early. The JDK checks the ticket after this class has; it
   * must come to the same result.
   */
  private static final long MARGIN = 1_000;

  /**
   * How long no ticket is looked for if the JDK stored none. Threads then make requests in
   * parallel.
   */
  private static final long NOT_KEPT = 60_000;

  final TargetName target;
  private final @Nullable Subject subject;
  private final InstantSource clock;

  private volatile @Nullable GSSName name;

  /** When the ticket expires, in milliseconds since 1970. */
  private volatile long validUntil = Long.MIN_VALUE;

  /** How often the ticket was dropped. An exchange can drop only the ticket that it used. */
  private final AtomicInteger drops = new AtomicInteger();

  ServiceTicket(TargetName target, @Nullable Subject subject, InstantSource clock) {
    this.target = target;
    this.subject = subject;
    this.clock = clock;
  }

  /** The target's name for GSS-API, which is created once. */
  GSSName name() throws GSSException {
    GSSName made = name;
    if (made == null) {
      made = target.toGssName();
      name = made;
    }
    return made;
  }

  int drops() {
    return drops.get();
  }

  /**
   * Makes a first token. If no valid ticket is known, one thread does so first, and the JDK
   * requests the ticket from the KDC. The other threads wait and then use this ticket, or share the
   * failure.
   */
  byte[] inTurn(SpnegoAction<byte[]> firstToken) throws SpnegoException {
    byte[] made = isKnown() ? null : attemptOnce(true, firstToken);
    return made == null ? firstToken.run() : made;
  }

  @Override
  boolean isNeeded(SpnegoAction<byte[]> firstToken) {
    return !isKnown();
  }

  private boolean isKnown() {
    return clock.millis() < validUntil;
  }

  @Override
  byte[] attempt(SpnegoAction<byte[]> firstToken) throws SpnegoException {
    byte[] made = firstToken.run();
    validUntil = endOfTicket();
    return made;
  }

  @Override
  boolean isShared(SpnegoAction<byte[]> firstToken) {
    return true;
  }

  /**
   * The end of the ticket in the Subject, in milliseconds since 1970. With {@code
   * useSubjectCredsOnly=false} the JDK stores no service tickets; the KDC is then asked again after
   * a while.
   */
  private long endOfTicket() {
    long end = Long.MIN_VALUE;
    if (subject != null) {
      for (Ticket ticket : Ticket.in(subject)) {
        if (target.matches(ticket.server)) {
          end = Math.max(end, ticket.end);
        }
      }
    }
    return end == Long.MIN_VALUE ? clock.millis() + NOT_KEPT : end - MARGIN;
  }

  /**
   * Drops the ticket, so that the next exchange requests a new one: the server may have a new key.
   * Without a ticket-granting ticket no new one could be requested, and the ticket is kept.
   *
   * @param since the value of {@link #drops} when the failed exchange began
   */
  void drop(int since) {
    if (subject == null
        || subject.isReadOnly()
        || Ticket.granting(subject) == null
        || !drops.compareAndSet(since, since + 1)) {
      return;
    }
    for (Ticket ticket : Ticket.in(subject)) {
      if (target.matches(ticket.server)) {
        subject.getPrivateCredentials().remove(ticket.ticket);
      }
    }
    validUntil = Long.MIN_VALUE;
  }
}
