package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.kerberos.KerberosFailure;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;

/**
 * One exchange that uses a service ticket. If it ends without the server's proof, the ticket is
 * dropped. Not safe for use by several threads.
 */
public final class TicketAttempt {
  private final InitiatorCredentials credentials;
  private final ServiceTicket ticket;

  /** When the exchange began, in milliseconds since 1970. */
  final long since;

  private int drops;

  TicketAttempt(InitiatorCredentials credentials, ServiceTicket ticket, long since) {
    this.credentials = credentials;
    this.ticket = ticket;
    this.since = since;
    this.drops = ticket.drops();
  }

  /** The target's name for the context. It is created once for each login and target. */
  public GSSName name() throws SpnegoException {
    try {
      return ticket.name();
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(
          "Authenticating to " + ticket.target + " " + credentials.describe(), e);
    }
  }

  /**
   * Makes the first token as the Subject with the credentials, see {@link ServiceTicket#inTurn}.
   *
   * @throws SpnegoException if the computation throws it, here or in the thread that was waited for
   */
  public byte[] firstToken(SpnegoAction<byte[]> firstToken) throws SpnegoException {
    drops = ticket.drops();
    try {
      return ticket.inTurn(() -> credentials.run(firstToken));
    } catch (SpnegoException e) {
      throw credentials.isImpersonated
          ? Impersonation.refused(
              "Asking for a ticket for " + ticket.target + " " + credentials.describe(), e)
          : e;
    }
  }

  /**
   * Ends the exchange: the server proved that it could decrypt the ticket, or the ticket was not
   * sent.
   */
  public void proved() {
    credentials.end(this);
  }

  /** Ends the exchange without that proof. Does nothing if it has ended already. */
  public void failed() {
    if (credentials.end(this)) {
      ticket.drop(drops);
    }
  }
}
