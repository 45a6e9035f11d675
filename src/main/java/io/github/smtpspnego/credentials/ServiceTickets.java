package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.TargetName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/**
 * The service tickets that the JDK keeps in a Subject, and which of them are in doubt.
 *
 * <p>A cached ticket outlives the server's key: after the server is re-keyed every exchange with it
 * ends without proof until the ticket expires. So a ticket whose exchange did not reach the
 * server's proof is dropped before the next try. Angus Mail does not tell when it gives up; an
 * exchange counts as abandoned when its thread begins another one, has ended, or takes too long.
 */
final class ServiceTickets {
  private final Subject subject;
  private final List<TicketAttempt> open = new ArrayList<>();

  /** For each target whose ticket was asked for: closed until the KDC has answered. */
  private final Map<String, CountDownLatch> answered = new ConcurrentHashMap<>();

  ServiceTickets(Subject subject) {
    this.subject = subject;
  }

  /** Begins an exchange; drops tickets whose exchange was abandoned. */
  TicketAttempt begin(TargetName target) {
    TicketAttempt attempt = new TicketAttempt(this, target);
    List<TicketAttempt> doubtful = new ArrayList<>();
    synchronized (open) {
      for (TicketAttempt other : open) {
        if (other.isAbandoned()) {
          doubtful.add(other);
        }
      }
      open.removeAll(doubtful);
      open.add(attempt);
    }
    for (TicketAttempt abandoned : doubtful) {
      drop(abandoned.target());
    }
    return attempt;
  }

  /**
   * Makes a first token, so that of many threads that want the same ticket at once only the first
   * asks the KDC for it; the others wait, and find it in the Subject. Where it got none, each asks
   * for itself.
   */
  <T> T inTurn(TargetName target, SaslAction<T> firstToken) throws SaslException {
    CountDownLatch ours = new CountDownLatch(1);
    CountDownLatch first = answered.get(target.toString());
    if (first == null) {
      first = answered.putIfAbsent(target.toString(), ours);
    }
    if (first != null) {
      await(first);
      return firstToken.run();
    }
    boolean got = false;
    try {
      T token = firstToken.run();
      got = true;
      return token;
    } finally {
      if (!got) {
        answered.remove(target.toString(), ours);
      }
      ours.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // and ask for ourselves
    }
  }

  /** Whether the exchange was still open. */
  boolean end(TicketAttempt attempt) {
    synchronized (open) {
      return open.remove(attempt);
    }
  }

  void drop(TargetName target) {
    // Without a ticket-granting ticket nothing could be got in its place.
    if (subject.isReadOnly() || ticketGrantingTicket(subject) == null) {
      return;
    }
    answered.remove(target.toString());
    for (KerberosTicket ticket : subject.getPrivateCredentials(KerberosTicket.class)) {
      if (!ticket.isDestroyed() && target.isMeantBy(ticket.getServer().getName())) {
        subject.getPrivateCredentials().remove(ticket);
      }
    }
  }

  /** The Subject's ticket-granting ticket that lives longest. */
  @SuppressWarnings("JavaUtilDate") // what KerberosTicket has
  static @Nullable KerberosTicket ticketGrantingTicket(Subject subject) {
    KerberosTicket longest = null;
    for (KerberosTicket ticket : subject.getPrivateCredentials(KerberosTicket.class)) {
      if (!ticket.isDestroyed()
          && ticket.getEndTime() != null
          && ticket.getServer().getName().startsWith("krbtgt/")
          && (longest == null || ticket.getEndTime().compareTo(longest.getEndTime()) > 0)) {
        longest = ticket;
      }
    }
    return longest;
  }
}
