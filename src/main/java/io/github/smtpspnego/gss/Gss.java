package io.github.smtpspnego.gss;

import com.sun.security.jgss.ExtendedGSSCredential;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
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

  private Gss() {}

  /**
   * Makes a credential to initiate SPNEGO contexts with, from the current Subject's ticket-granting
   * ticket. With {@code useSubjectCredsOnly=false} the JDK asks for a password on the console where
   * the Subject has no ticket that is still valid.
   *
   * @return the credential; good as long as the ticket
   * @throws GSSException if the Subject has no ticket-granting ticket
   */
  public static GSSCredential initiatorCredential() throws GSSException {
    return MANAGER.createCredential(
        null,
        GSSCredential.INDEFINITE_LIFETIME,
        new Oid[] {Oids.SPNEGO},
        GSSCredential.INITIATE_ONLY);
  }

  /**
   * Has the native library acquire a credential to initiate SPNEGO contexts with. It is to be
   * called without a Subject.
   *
   * @param principal whose credential; empty for the library's default
   * @return the credential; its name is that of the default's principal, or the one asked for
   * @throws GSSException if the library has none
   */
  public static GSSCredential nativeCredential(String principal) throws GSSException {
    GSSName name =
        principal.isEmpty() ? null : MANAGER.createName(principal, Oids.KERBEROS_PRINCIPAL_NAME);
    return MANAGER.createCredential(
        name,
        GSSCredential.INDEFINITE_LIFETIME,
        // Kerberos first: of SPNEGO the library says only that no mechanism has credentials.
        new Oid[] {Oids.KERBEROS, Oids.SPNEGO},
        GSSCredential.INITIATE_ONLY);
  }

  /**
   * Whether there is SPNEGO: a JVM that was started with a native library which cannot be loaded
   * has no mechanism at all.
   *
   * @return true where contexts can be made
   */
  public static boolean hasSpnego() {
    return Oids.SPNEGO.containedIn(MANAGER.getMechs());
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

  /**
   * Asks the KDC for a ticket of another user for oneself (S4U2self, MS-SFU), with which contexts
   * are that user's by constrained delegation (S4U2proxy).
   *
   * @param own the credential of a service
   * @param user the other user's principal
   * @return a credential of that user's
   * @throws GSSException if the KDC gives no such ticket, or the credential is not the JDK's own
   */
  public static GSSCredential impersonate(GSSCredential own, String user) throws GSSException {
    if (own instanceof ExtendedGSSCredential extended) {
      return extended.impersonate(MANAGER.createName(user, Oids.KERBEROS_PRINCIPAL_NAME));
    }
    throw new GSSException(GSSException.UNAVAILABLE);
  }
}
