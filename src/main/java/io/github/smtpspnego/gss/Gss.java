package io.github.smtpspnego.gss;

import com.sun.security.jgss.ExtendedGSSCredential;
import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * The entry to the JDK's GSS-API.
 *
 * <p>A new {@link GSSManager} reads every entry of every security provider and creates its
 * mechanisms, which takes longer than all of an exchange except the cryptography. So one instance
 * is shared. It is safe for use by several threads: it creates contexts and names under its own
 * lock, and they keep no other state in it.
 */
public final class Gss {
  static final GSSManager MANAGER = GSSManager.getInstance();

  private Gss() {}

  /**
   * Creates a credential that initiates SPNEGO contexts, from the current Subject's ticket-granting
   * ticket. With {@code useSubjectCredsOnly=false} the JDK asks for a password on the console if
   * the Subject has no valid ticket.
   *
   * @return the credential, which is valid as long as the ticket
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
   * Has the native library acquire a credential that initiates SPNEGO contexts. To be called
   * without a current Subject.
   *
   * @param principal the owner of the credential; empty for the library's default
   * @throws GSSException if the library has none
   */
  public static GSSCredential nativeCredential(String principal) throws GSSException {
    GSSName name =
        principal.isEmpty() ? null : MANAGER.createName(principal, Oids.KERBEROS_PRINCIPAL_NAME);
    return MANAGER.createCredential(
        name,
        GSSCredential.INDEFINITE_LIFETIME,
        // Kerberos first: for SPNEGO the library reports only that no mechanism has credentials.
        new Oid[] {Oids.KERBEROS, Oids.SPNEGO},
        GSSCredential.INITIATE_ONLY);
  }

  /** Disposes of a context, if there is one; may be called again. */
  static void dispose(@Nullable GSSContext context) {
    try {
      if (context != null) {
        context.dispose();
      }
    } catch (GSSException | RuntimeException e) {
      // The caller is done with the context: there is nothing that it could do about this.
    }
  }

  /** The failure of a Java runtime that lacks the JDK's extensions of GSS-API. */
  public static SpnegoException withoutExtensions(Reason reason, String tried, LinkageError e) {
    return new SpnegoException(
        reason,
        tried + ": this Java runtime lacks the module jdk.security.jgss.",
        "Run the program on a Java runtime with that module.",
        e);
  }

  /**
   * Whether SPNEGO is available. A JVM that was started with a native library which cannot be
   * loaded has no mechanism at all.
   */
  public static boolean hasSpnego() {
    return Oids.SPNEGO.containedIn(MANAGER.getMechs());
  }

  /**
   * Creates a credential that accepts Kerberos contexts with the keys of one principal.
   *
   * @param principal the principal with its realm, whose keys the current Subject holds
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
   * Requests a user's ticket for the service itself from the KDC (S4U2self, MS-SFU). A context that
   * is initiated with it authenticates as the user by constrained delegation (S4U2proxy).
   *
   * @param own the credential of the service
   * @param user the user's principal
   * @return a credential of the user
   * @throws GSSException if the KDC refuses, or the credential is not one of the JDK
   */
  public static GSSCredential impersonate(GSSCredential own, String user) throws GSSException {
    if (own instanceof ExtendedGSSCredential extended) {
      return extended.impersonate(MANAGER.createName(user, Oids.KERBEROS_PRINCIPAL_NAME));
    }
    throw new GSSException(GSSException.UNAVAILABLE);
  }
}
