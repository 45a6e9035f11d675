package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.kerberos.KerberosFailure;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;

/**
 * One exchange that uses a service ticket. It ends with the server's proof, or the ticket is
 * dropped. Not for use by several threads at a time.
 */
public final class TicketAttempt {
  private final InitiatorCredentials credentials;
  private final ServiceTicket ticket;

  /** Where the exchange is under way. */
  private final ServiceTickets open;

  /** When it began, in milliseconds since 1970. */
  final long since;

  private int drops;

  TicketAttempt(
      InitiatorCredentials credentials, ServiceTicket ticket, ServiceTickets open, long since) {
    this.credentials = credentials;
    this.ticket = ticket;
    this.open = open;
    this.since = since;
    this.drops = ticket.drops();
  }

  /** The target's name for the context. It is made once for a login and a target. */
  public GSSName name() throws SpnegoException {
    try {
      return ticket.name();
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(
          "Authenticating to " + ticket.target() + " " + credentials.describe(), e);
    }
  }

  /**
   * Makes the first token, for which the KDC is asked where no ticket is cached: by one thread
   * where several want the same.
   *
   * @throws SpnegoException if it throws it, or the thread that was waited for got no ticket
   */
  public <T> T inTurn(SaslAction<T> firstToken) throws SpnegoException {
    drops = ticket.drops();
    try {
      return ticket.inTurn(firstToken);
    } catch (SpnegoException e) {
      throw credentials.isImpersonated
          ? Impersonation.refused(
              "Asking for a ticket for " + ticket.target() + " " + credentials.describe(), e)
          : e;
    }
  }

  /** Ends it: the server proved that it could read the ticket, or the ticket was never sent. */
  public void proved() {
    open.end(this);
  }

  /** Ends it without that proof. Does nothing where it has ended already. */
  public void failed() {
    if (open.end(this)) {
      ticket.drop(drops);
    }
  }
}
