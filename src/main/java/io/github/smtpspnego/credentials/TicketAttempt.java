package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.kerberos.KerberosFailure;
import java.lang.ref.WeakReference;
import java.time.Duration;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;
import org.jspecify.annotations.Nullable;

/** One exchange that uses a service ticket: it ends in proof, or its ticket is in doubt. */
public final class TicketAttempt {
  private static final Duration LONGEST_EXCHANGE = Duration.ofMinutes(2);

  private final @Nullable ServiceTickets tickets;
  private final TargetName target;
  private final WeakReference<Thread> owner = new WeakReference<>(Thread.currentThread());
  private final long since = System.nanoTime();

  /** Begins; without tickets there is nothing to keep an eye on. */
  TicketAttempt(@Nullable ServiceTickets tickets, TargetName target) {
    this.tickets = tickets;
    this.target = target;
  }

  TargetName target() {
    return target;
  }

  /**
   * The server's name for GSS-API.
   *
   * @return the name
   * @throws SaslException if the JDK cannot make a name of it
   */
  public GSSName name() throws SaslException {
    try {
      return target.toGssName();
    } catch (GSSException e) {
      throw KerberosFailure.explain("Naming the server " + target, e);
    }
  }

  /**
   * Makes the first token, for which the KDC is asked where no ticket is cached: by one thread
   * where several want the same.
   *
   * @param firstToken makes it
   * @param <T> what it makes
   * @return what it made
   * @throws SaslException if it throws it
   */
  public <T> T inTurn(SaslAction<T> firstToken) throws SaslException {
    return tickets == null ? firstToken.run() : tickets.inTurn(target, firstToken);
  }

  /** Ends it: the server proved that it could read the ticket, or the ticket was never sent. */
  public void proved() {
    if (tickets != null) {
      tickets.end(this);
    }
  }

  /** Ends it without that proof. */
  public void failed() {
    if (tickets != null && tickets.end(this)) {
      tickets.drop(target);
    }
  }

  boolean isAbandoned() {
    Thread thread = owner.get();
    return thread == null
        || thread == Thread.currentThread()
        || !thread.isAlive()
        || System.nanoTime() - since > LONGEST_EXCHANGE.toNanos();
  }
}
