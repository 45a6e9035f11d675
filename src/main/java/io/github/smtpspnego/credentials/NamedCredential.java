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
 * A GSS credential for initiating, with its owner.
 *
 * @param name the owner, which is authenticated
 * @param isValid whether it was valid when this object was created
 */
@SuppressWarnings("JavaUtilDate") // KerberosTicket requires it
record NamedCredential(GSSCredential credential, String name, boolean isValid) {
  private static final int AES256 = 18;

  /** A ticket that never expires. Its encoding is invalid, so it cannot be used. */
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
   * Reads the owner of a credential.
   *
   * @throws GSSException if the credential is not usable, or for accepting only
   */
  static NamedCredential of(GSSCredential credential) throws GSSException {
    if (credential.getUsage() == GSSCredential.ACCEPT_ONLY) {
      throw new GSSException(GSSException.NO_CRED);
    }
    return new NamedCredential(
        credential, credential.getName().toString(), credential.getRemainingLifetime() > 0);
  }

  /**
   * Creates a credential from a ticket-granting ticket.
   *
   * <p>The JDK uses the first valid ticket of the current Subject. If there is none and {@code
   * useSubjectCredsOnly=false}, it logs in by itself and asks for a password on the console.
   * Therefore it gets a Subject with this ticket and a second one that is always valid and cannot
   * be used. If the first one expires or is destroyed during the call, the call fails.
   */
  static NamedCredential of(Ticket ticket) throws SpnegoException {
    Subject alone = new Subject();
    Set<Object> tickets = alone.getPrivateCredentials();
    tickets.add(ticket.ticket);
    tickets.add(VALID_AND_UNUSABLE);
    alone.setReadOnly(); // otherwise the JDK removes and destroys an expired ticket
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
