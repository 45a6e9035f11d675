package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Gss;
import io.github.smtpspnego.kerberos.KerberosFailure;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;

/** A GSS credential to initiate contexts with, and whose it is. */
@SuppressWarnings("JavaUtilDate") // what KerberosTicket takes
final class NamedCredential {
  private static final int AES256 = 18;

  /** Its encoding is none. */
  private static final KerberosTicket VALID_AND_UNUSABLE =
      new KerberosTicket(
          new byte[1],
          new KerberosPrincipal("nobody@NOWHERE"),
          new KerberosPrincipal("krbtgt/NOWHERE@NOWHERE", KerberosPrincipal.KRB_NT_SRV_INST),
          new byte[32],
          AES256,
          null,
          null,
          null,
          Date.from(Instant.ofEpochMilli(Long.MAX_VALUE)),
          null,
          null);

  final GSSCredential credential;

  /** The principal that is authenticated with it. */
  final String name;

  private NamedCredential(GSSCredential credential) throws GSSException {
    this.credential = credential;
    this.name = credential.getName().toString();
  }

  /**
   * Names a credential that somebody else made.
   *
   * @throws GSSException if it cannot be used, or is for accepting
   */
  static NamedCredential of(GSSCredential credential) throws GSSException {
    if (credential.getUsage() == GSSCredential.ACCEPT_ONLY) {
      throw new GSSException(GSSException.NO_CRED);
    }
    return new NamedCredential(credential);
  }

  /**
   * Makes a credential of a ticket-granting ticket.
   *
   * <p>The JDK takes the first valid ticket of the current Subject. Where there is none, and {@code
   * useSubjectCredsOnly=false}, it logs in by itself and asks for a password on the console. So it
   * gets a Subject with this ticket, and behind it one that is always valid and never usable. If
   * the first expires or is destroyed at this very moment, the call fails.
   *
   * @throws SpnegoException if the JDK cannot make one of it
   */
  static NamedCredential of(Ticket ticket) throws SaslException {
    Subject alone = new Subject();
    Set<Object> tickets = alone.getPrivateCredentials();
    tickets.add(ticket.ticket);
    tickets.add(VALID_AND_UNUSABLE);
    alone.setReadOnly(); // else the JDK removes the ticket and destroys it where it has expired
    return Subjects.runAs(alone, () -> make(ticket));
  }

  private static NamedCredential make(Ticket ticket) throws SpnegoException {
    try {
      return new NamedCredential(Gss.initiatorCredential());
    } catch (GSSException | RuntimeException e) {
      String tried = "Making a credential of the ticket of " + ticket.client;
      if (ticket.ticket.isCurrent()) {
        throw KerberosFailure.explain(tried, e);
      }
      throw new SpnegoException(Reason.TICKET_EXPIRED, tried + ": it has just expired.", e);
    }
  }

  /** Whether it is still valid. */
  boolean isGood() throws GSSException {
    return credential.getRemainingLifetime() > 0;
  }
}
