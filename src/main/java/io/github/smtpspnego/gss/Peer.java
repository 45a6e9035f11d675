package io.github.smtpspnego.gss;

import io.github.smtpspnego.kerberos.PrincipalText;
import java.util.Optional;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;

/**
 * What an accepted token proved.
 *
 * @param client the client's principal with its realm
 * @param server the server's principal with its realm, whose key decrypted the client's ticket
 * @param delegated the ticket that the client forwarded, if it forwarded one
 */
public record Peer(String client, String server, Optional<GSSCredential> delegated) {
  /** The client's realm, which need not be the server's. */
  public String clientRealm() {
    // The realm may contain an @ too. KerberosAcceptor accepts no name with one before it.
    return client.substring(client.indexOf('@') + 1);
  }

  /** Disposes of the ticket that the client forwarded. */
  void disposeOfDelegated() {
    try {
      if (delegated.isPresent()) {
        delegated.get().dispose();
      }
    } catch (GSSException | RuntimeException e) {
      // Nobody uses it.
    }
  }

  /** The realm of the server's key. */
  public String serverRealm() {
    return PrincipalText.realm(server);
  }
}
