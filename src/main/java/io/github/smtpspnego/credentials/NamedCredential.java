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
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;

/**
 * A GSS credential to initiate contexts with, and whose it is.
 *
 * @param credential the credential
 * @param name the principal that is authenticated with it
 * @param isGood whether it was still valid when it was looked at
 */
@SuppressWarnings("JavaUtilDate") // what KerberosTicket takes
record NamedCredential(GSSCredential credential, String name, boolean isGood) {
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

  /**
   * Looks at a credential.
   *
   * @throws GSSException if it cannot be used, or is for accepting
   */
  static NamedCredential of(GSSCredential credential) throws GSSException {
    if (credential.getUsage() == GSSCredential.ACCEPT_ONLY) {
      throw new GSSException(GSSException.NO_CRED);
    }
    return new NamedCredential(
        credential, credential.getName().toString(), credential.getRemainingLifetime() > 0);
  }

  /**
   * Makes a credential of a ticket-granting ticket.
   *
   * <p>The JDK takes the first valid ticket of the current Subject. Where there is none, and {@code
   * useSubjectCredsOnly=false}, it logs in by itself and asks for a password on the console. So it
   * gets a Subject with this ticket, and behind it one that is always valid and never usable. If
   * the first expires or is destroyed at this very moment, the call fails.
   */
  static NamedCredential of(Ticket ticket) throws SpnegoException {
    Subject alone = new Subject();
    Set<Object> tickets = alone.getPrivateCredentials();
    tickets.add(ticket.ticket);
    tickets.add(VALID_AND_UNUSABLE);
    alone.setReadOnly(); // else the JDK removes the ticket and destroys it where it has expired
    try {
      return Subjects.doAs(alone, GSSException.class, () -> of(Gss.initiatorCredential()));
    } catch (GSSException | RuntimeException e) {
      String tried = "Making a credential of the ticket of " + ticket.client;
      if (ticket.ticket.isCurrent()) {
        throw KerberosFailure.explain(tried, e);
      }
      throw new SpnegoException(Reason.TICKET_EXPIRED, tried + ": it has just expired.", e);
    }
  }
}
