package io.github.smtpspnego.gss;

import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.Oid;

/**
 * The JDK's GSS-API.
 *
 * <p>Each new {@link GSSManager} reads every entry of every security provider, and makes its
 * mechanisms anew: more than all else that an exchange does besides cryptography. This one does it
 * once. Threads may share it: contexts and names are made under its own lock, and keep no other
 * state in it.
 */
public final class Gss {
  static final GSSManager MANAGER = GSSManager.getInstance();

  private static final Oid[] MECHANISMS = {Oids.SPNEGO, Oids.KERBEROS};

  private Gss() {}

  /**
   * The credential that contexts of the current Subject's initiate with. A context that is made
   * without one looks through the Subject each time.
   *
   * @return the credential; good as long as the Subject's ticket-granting ticket
   * @throws GSSException if the Subject has no ticket-granting ticket
   */
  public static GSSCredential initiatorCredential() throws GSSException {
    return MANAGER.createCredential(
        null, GSSCredential.INDEFINITE_LIFETIME, MECHANISMS, GSSCredential.INITIATE_ONLY);
  }

  /**
   * The credential that contexts accept with, for one principal.
   *
   * @param principal the principal, with its realm, whose keys the current Subject holds
   * @return the credential; its keys are those of this principal alone
   * @throws GSSException if the Subject has no keys
   */
  public static GSSCredential acceptorCredential(String principal) throws GSSException {
    return MANAGER.createCredential(
        MANAGER.createName(principal, Oids.KERBEROS_PRINCIPAL_NAME),
        GSSCredential.INDEFINITE_LIFETIME,
        Oids.KERBEROS,
        GSSCredential.ACCEPT_ONLY);
  }
}
