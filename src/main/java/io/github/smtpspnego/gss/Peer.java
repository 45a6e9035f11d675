package io.github.smtpspnego.gss;

import java.util.Optional;
import org.ietf.jgss.GSSCredential;

/**
 * What an accepted token proved.
 *
 * @param client the client's principal with its realm
 * @param server the server's principal with its realm, whose key the client's ticket was read with
 * @param delegated the ticket that the client forwarded; empty where it forwarded none
 */
public record Peer(String client, String server, Optional<GSSCredential> delegated) {
  /** The client's realm; the KDC vouches for clients of each realm that it trusts. */
  public String clientRealm() {
    // A realm may hold an @ as well; before one in a name the JDK writes a backslash.
    int at = client.indexOf('@');
    while (at > 0 && client.charAt(at - 1) == '\\') {
      at = client.indexOf('@', at + 1);
    }
    return client.substring(at + 1);
  }

  /** The realm of the server's key. */
  public String serverRealm() {
    return server.substring(server.lastIndexOf('@') + 1);
  }
}
