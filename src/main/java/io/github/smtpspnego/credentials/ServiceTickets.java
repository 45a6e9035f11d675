package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.TargetName;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;

/**
 * The service tickets that the JDK keeps in a Subject, and which of them are in doubt.
 *
 * <p>A cached ticket outlives the server's key: after the server is re-keyed every exchange with it
 * ends without proof until the ticket expires. So a ticket whose exchange did not reach the
 * server's proof is dropped before the next try. Angus Mail does not tell when it gives up; an
 * exchange counts as abandoned when its thread begins another one, has ended, or takes too long.
 */
final class ServiceTickets {
  private static final Duration LONGEST_EXCHANGE = Duration.ofMinutes(2);

  private final Subject subject;
  private final List<Attempt> open = new ArrayList<>();

  ServiceTickets(Subject subject) {
    this.subject = subject;
  }

  /** One exchange that uses a service ticket. */
  final class Attempt implements TicketAttempt {
    private final TargetName target;
    private final WeakReference<Thread> owner = new WeakReference<>(Thread.currentThread());
    private final long since = System.nanoTime();

    private Attempt(TargetName target) {
      this.target = target;
    }

    @Override
    public void proved() {
      end(this);
    }

    @Override
    public void failed() {
      if (end(this)) {
        drop(target);
      }
    }

    @Override
    public void unused() {
      end(this);
    }

    private boolean isAbandoned() {
      Thread thread = owner.get();
      return thread == null
          || thread == Thread.currentThread()
          || !thread.isAlive()
          || System.nanoTime() - since > LONGEST_EXCHANGE.toNanos();
    }
  }

  /** Begins an exchange; drops tickets whose exchange was abandoned. */
  TicketAttempt begin(TargetName target) {
    Attempt attempt = new Attempt(target);
    List<TargetName> doubtful = new ArrayList<>();
    synchronized (open) {
      for (Iterator<Attempt> i = open.iterator(); i.hasNext(); ) {
        Attempt other = i.next();
        if (other.isAbandoned()) {
          i.remove();
          doubtful.add(other.target);
        }
      }
      open.add(attempt);
    }
    doubtful.forEach(this::drop);
    return attempt;
  }

  private boolean end(Attempt attempt) {
    synchronized (open) {
      return open.remove(attempt);
    }
  }

  private void drop(TargetName target) {
    // Without a ticket-granting ticket nothing could be got in its place.
    if (subject.isReadOnly() || ticketGrantingTicket(subject).isEmpty()) {
      return;
    }
    tickets(subject).stream()
        .filter(ticket -> target.isMeantBy(ticket.getServer().getName()))
        .forEach(subject.getPrivateCredentials()::remove);
  }

  /** The Subject's ticket-granting ticket that lives longest. */
  static Optional<KerberosTicket> ticketGrantingTicket(Subject subject) {
    return tickets(subject).stream()
        .filter(ticket -> ticket.getServer().getName().startsWith("krbtgt/"))
        .filter(ticket -> ticket.getEndTime() != null)
        .max(Comparator.comparing(ticket -> ticket.getEndTime().toInstant()));
  }

  private static Set<KerberosTicket> tickets(Subject subject) {
    Set<KerberosTicket> tickets = subject.getPrivateCredentials(KerberosTicket.class);
    tickets.removeIf(KerberosTicket::isDestroyed); // of this copy, not of the Subject
    return tickets;
  }
}
