package io.github.smtpspnego.gss;

import com.sun.security.jgss.ExtendedGSSContext;
import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosFailure;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * The initiator of one SPNEGO negotiation. It wraps the JDK's initiator.
 *
 * <p>The JDK accepts a reply with an unknown negState, and then reports an established, mutually
 * authenticated context although the server has proved nothing. So each reply is read here first,
 * and the JDK gets the fields that were read, encoded again. The two cannot interpret a reply
 * differently.
 *
 * <p>{@link #firstToken} must be called as the Subject whose credentials are used.
 */
public final class SpnegoInitiator {
  /**
   * The largest token that is accepted from a server, in octets. Usual tokens are shorter than
   * 1000.
   */
  static final int MAX_TOKEN = 1 << 16;

  private final String attempt;
  private final ContextFlags flags;
  private final GSSContext context;

  /**
   * Creates the negotiation. No token is made and no KDC is asked yet.
   *
   * @param target the server's name
   * @param credential the credential to use; null for those of the Subject
   * @param flags what is requested of the context
   * @param attempt describes the attempt for messages, the start of a sentence: "Authenticating to
   *     smtp@host as alice@REALM"
   * @throws SpnegoException if the JDK cannot make a context
   */
  public SpnegoInitiator(
      GSSName target, @Nullable GSSCredential credential, ContextFlags flags, String attempt)
      throws SpnegoException {
    this.attempt = attempt;
    this.flags = flags;
    try {
      context =
          Gss.MANAGER.createContext(target, Oids.SPNEGO, credential, GSSContext.DEFAULT_LIFETIME);
      context.requestMutualAuth(flags.mutualAuth());
      context.requestCredDeleg(flags.delegation());
      context.requestInteg(flags.integrity());
      context.requestConf(flags.confidentiality());
      if (flags.delegationPolicy() && context instanceof ExtendedGSSContext extended) {
        extended.requestDelegPolicy(true);
      }
    } catch (LinkageError e) {
      throw Gss.withoutExtensions(Reason.GSS_FAILURE, attempt, e);
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(attempt, e);
    }
  }

  /**
   * Makes the NegTokenInit. The JDK requests a service ticket from the KDC unless one is cached.
   *
   * @throws SpnegoException if there are no credentials or the KDC issues no ticket
   */
  public byte[] firstToken() throws SpnegoException {
    try {
      byte[] token = context.initSecContext(new byte[0], 0, 0);
      if (token == null || token.length == 0) {
        throw failure(Reason.GSS_FAILURE, "the JDK made no first token");
      }
      return token;
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(attempt, e);
    }
  }

  /**
   * Processes the server's reply.
   *
   * @return the next token for the server; empty if there is none
   * @throws SpnegoException if the reply is rejected, or ends the negotiation without the server's
   *     proof
   */
  public byte[] nextToken(byte[] token) throws SpnegoException {
    NegTokenResp reply = check(token);
    byte[] canonical =
        NegTokenResp.encode(
            reply.negState,
            reply.supportedMech == null ? Oids.KERBEROS : reply.supportedMech,
            reply.responseToken,
            reply.mechListMic);
    byte[] next;
    try {
      next = context.initSecContext(canonical, 0, canonical.length);
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(attempt + ": the server's " + reply.describe(), e);
    }
    // The JDK verifies the AP-REP before it reports the context as established.
    boolean proved = reply.responseToken != null && context.getMutualAuthState();
    if (isEstablished() && flags.mutualAuth() && !proved) {
      throw failure(
          Reason.NO_SERVER_PROOF,
          "the server completed the negotiation without proving that it has the key");
    }
    return next == null ? new byte[0] : next;
  }

  /** Whether the context is established; with mutual authentication, the server is proved then. */
  public boolean isEstablished() {
    return context.isEstablished();
  }

  /** Whether the first token forwards the ticket-granting ticket, which the KDC may refuse. */
  public boolean isDelegated() {
    return context.getCredDelegState();
  }

  /** Protects the layer offer and the layer choice, once the context is established. */
  public SecurityLayer layer() {
    return new SecurityLayer(context);
  }

  /** Disposes of the context; may be called again. */
  public void dispose() {
    Gss.dispose(context);
  }

  private NegTokenResp check(byte[] token) throws SpnegoException {
    if (token.length > MAX_TOKEN) {
      throw failure(
          Reason.PROTOCOL,
          "the server sent a token of " + token.length + " octets, more than " + MAX_TOKEN);
    }
    PeerToken received = PeerToken.read(token);
    checkNoError(received);
    if (!(received instanceof NegTokenResp reply)) {
      throw failure(
          received.reason(), "the server sent " + received.describe() + ", not a NegTokenResp");
    }
    if (reply.responseToken != null) {
      // A server that cannot decrypt the ticket may put a KRB-ERROR into its reply. The JDK would
      // take one for an AP-REP, and report an error that only a KDC can detect.
      PeerToken nested = PeerToken.read(reply.responseToken);
      checkNoError(nested);
      if (nested != PeerToken.OtherToken.AP_REP) {
        throw failure(
            nested.reason(),
            "the server sent " + nested.describe() + " inside SPNEGO, where an AP-REP was due");
      }
    }
    checkState(reply);
    Oid chosen = reply.supportedMech;
    if (chosen != null && !Oids.isKerberos(chosen)) {
      throw failure(
          Reason.NOT_SPNEGO,
          "the server chose " + Oids.name(chosen) + ", and Kerberos was offered");
    }
    return reply;
  }

  private void checkNoError(PeerToken received) throws SpnegoException {
    if (received instanceof PeerToken.OtherToken other && other.error() != null) {
      throw failure(other.error(), "the server sent " + other.describe());
    }
  }

  private void checkState(NegTokenResp reply) throws SpnegoException {
    if (reply.negState == NegState.REJECT) {
      throw failure(Reason.REJECTED, "the server rejected the negotiation");
    }
    if (reply.negState != NegState.ACCEPT_COMPLETED
        && reply.negState != NegState.ACCEPT_INCOMPLETE) {
      throw failure(
          Reason.UNEXPECTED_NEG_STATE,
          "the server sent " + reply.describe() + ", which proves nothing");
    }
    if (reply.negState == NegState.ACCEPT_COMPLETED
        && flags.mutualAuth()
        && reply.responseToken == null) {
      throw failure(
          Reason.NO_SERVER_PROOF,
          "the server accepted without a token that proves that it has the key");
    }
  }

  private SpnegoException failure(Reason reason, String what) {
    return new SpnegoException(reason, attempt + ": " + what + ".", null);
  }
}
