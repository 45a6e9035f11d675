package io.github.smtpspnego.gss;

import com.sun.security.jgss.ExtendedGSSContext;
import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosFailure;
import java.util.function.Supplier;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * The initiator of one SPNEGO negotiation, around the JDK's own.
 *
 * <p>The JDK believes a reply whose negState it does not know, and then reports an established,
 * mutually authenticated context for which the server proved nothing. So each reply is read here
 * first, and what the JDK gets to see is this reading, encoded again: there is nothing that the two
 * could understand differently.
 *
 * <p>It is created, and its first token made, as the Subject whose credentials are meant.
 */
public final class SpnegoInitiator {
  /** The largest token taken from a server, in octets; real ones are below 1000. */
  public static final int MAX_TOKEN = 1 << 16;

  private final Supplier<String> attempt;
  private final ContextFlags flags;
  private final GSSContext context;

  /**
   * Creates the negotiation; no token is made and no KDC asked yet.
   *
   * @param target the server's name
   * @param credential the credential to use; null for the Subject's own
   * @param flags what is asked of the context
   * @param attempt describes the attempt where something goes wrong; the start of a sentence:
   *     "Authenticating to smtp@host as alice@REALM"
   * @throws SpnegoException if the JDK cannot make a context
   */
  public SpnegoInitiator(
      GSSName target,
      @Nullable GSSCredential credential,
      ContextFlags flags,
      Supplier<String> attempt)
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
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(attempt.get(), e);
    }
  }

  /**
   * Makes the NegTokenInit; asks the KDC for a service ticket where none is cached.
   *
   * @return the token
   * @throws SpnegoException if there are no credentials or the KDC gives no ticket
   */
  public byte[] firstToken() throws SpnegoException {
    try {
      byte[] token = context.initSecContext(new byte[0], 0, 0);
      if (token == null || token.length == 0) {
        throw failure(Reason.GSS_FAILURE, "the JDK made no first token");
      }
      return token;
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(attempt.get(), e);
    }
  }

  /**
   * Takes the server's reply.
   *
   * @param token the reply's octets
   * @return the next token for the server; empty where there is none
   * @throws SpnegoException if the reply is not one that leads to a proved context
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
      throw KerberosFailure.explain(attempt.get() + ": the server's " + reply.describe(), e);
    }
    // The JDK verified the AP-REP before it called the context established.
    boolean proved = reply.responseToken != null && context.getMutualAuthState();
    if (isEstablished() && flags.mutualAuth() && !proved) {
      throw failure(
          Reason.NO_SERVER_PROOF,
          "the server completed the negotiation without proving that it has the key");
    }
    return next == null ? new byte[0] : next;
  }

  /**
   * Whether the context is established; with mutual authentication, whether the server proved
   * itself.
   *
   * @return true after the last token
   */
  public boolean isEstablished() {
    return context.isEstablished();
  }

  /**
   * Whether the ticket-granting ticket was forwarded: the KDC may not allow it.
   *
   * @return what the context obtained, once its first token is made
   */
  public boolean isDelegated() {
    return context.getCredDelegState();
  }

  /**
   * Protects messages once the context is established.
   *
   * @return what the layer offer and the choice travel in
   */
  public SecurityLayer layer() {
    return new SecurityLayer(context);
  }

  /** Forgets the context's keys; may be called again. */
  public void dispose() {
    try {
      context.dispose();
    } catch (GSSException | RuntimeException e) {
      // Nothing is left to be lost, and nobody could do anything about it.
    }
  }

  private NegTokenResp check(byte[] token) throws SpnegoException {
    if (token.length > MAX_TOKEN) {
      throw failure(
          Reason.PROTOCOL,
          "the server sent a token of " + token.length + " octets, more than " + MAX_TOKEN);
    }
    PeerToken received = new PeerToken(token);
    checkNoError(received);
    NegTokenResp reply = received.resp();
    if (reply == null) {
      throw failure(
          received.reason(), "the server sent " + received.describe() + ", not a NegTokenResp");
    }
    if (reply.responseToken != null) {
      // A server that cannot read our ticket says why in a KRB-ERROR inside its reply.
      checkNoError(new PeerToken(reply.responseToken));
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
    Reason error = received.error();
    if (error != null) {
      String clock = received.serverTime();
      throw failure(
          error,
          "the server sent "
              + received.describe()
              + (clock.isEmpty() ? "" : ", the server's clock says " + clock));
    }
  }

  private void checkState(NegTokenResp reply) throws SpnegoException {
    if (reply.negState == NegTokenResp.REJECT) {
      throw failure(Reason.REJECTED, "the server rejected the negotiation");
    }
    if (reply.negState != NegTokenResp.ACCEPT_COMPLETED
        && reply.negState != NegTokenResp.ACCEPT_INCOMPLETE) {
      throw failure(
          Reason.UNEXPECTED_NEG_STATE,
          "the server sent " + reply.describe() + ", which proves nothing");
    }
    if (reply.negState == NegTokenResp.ACCEPT_COMPLETED
        && flags.mutualAuth()
        && reply.responseToken == null) {
      throw failure(
          Reason.NO_SERVER_PROOF,
          "the server accepted without a token that proves that it has the key");
    }
  }

  private SpnegoException failure(Reason reason, String what) {
    return new SpnegoException(reason, attempt.get() + ": " + what + ".", null);
  }
}
