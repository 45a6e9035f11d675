package io.github.smtpspnego.support;

import javax.security.auth.Subject;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;

/** The JDK's initiator, for tests that send its tokens in other ways than a SASL client would. */
public final class Tokens {
  public static final String SPNEGO = "1.3.6.1.5.5.2";
  public static final String KERBEROS = "1.2.840.113554.1.2.2";
  private static final String PRINCIPAL_NAME = "1.2.840.113554.1.2.2.1";

  private Tokens() {}

  /** A context that has sent nothing yet. */
  public static GSSContext context(String mechanism, String principal, boolean mutualAuth)
      throws Exception {
    GSSManager manager = GSSManager.getInstance();
    GSSName server = manager.createName(Kdc.full(principal), new Oid(PRINCIPAL_NAME));
    GSSContext context =
        manager.createContext(server, new Oid(mechanism), null, GSSContext.DEFAULT_LIFETIME);
    context.requestMutualAuth(mutualAuth);
    return context;
  }

  /** The first token of a new context. */
  public static byte[] first(Subject subject, String mechanism, String principal) throws Exception {
    return first(subject, context(mechanism, principal, true));
  }

  /** The first token of a context. */
  public static byte[] first(Subject subject, GSSContext context) throws Exception {
    return Dialogue.as(subject, () -> context.initSecContext(new byte[0], 0, 0));
  }
}
