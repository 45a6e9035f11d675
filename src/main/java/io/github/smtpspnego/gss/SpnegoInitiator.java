package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosCode;
import io.github.smtpspnego.kerberos.KerberosFailure;
import java.util.Locale;
import java.util.Optional;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.jspecify.annotations.Nullable;

/**
 * The initiator of one SPNEGO negotiation, around the JDK's own.
 *
 * <p>The JDK believes a reply whose negState it does not know, and then reports an established,
 * mutually authenticated context for which the server proved nothing. So each reply is read here
 * first, and what the JDK gets to see is this reading, encoded again: there is nothing that the two
 * could understand differently.
 *
 * <p>Every call must be made as the Subject whose credentials are meant.
 */
public final class SpnegoInitiator {
  /** The largest token taken from a server, in octets; real ones are below 1000. */
  public static final int MAX_TOKEN = 1 << 16;

  /**
   * What is asked of the context.
   *
   * @param mutualAuth require the server's proof
   * @param delegation forward the ticket-granting ticket
   * @param confidentiality be able to encrypt messages
   */
  public record Flags(boolean mutualAuth, boolean delegation, boolean confidentiality) {}

  private final String attempt;
  private final boolean mutualAuth;
  private final GSSContext context;

  /**
   * Creates the negotiation; no token is made and no KDC asked yet.
   *
   * @param target the server's name
   * @param credential the credential to use; null for the Subject's own
   * @param flags what is asked of the context
   * @param attempt the attempt in words, the start of a sentence: "Authenticating to smtp@host as
   *     alice@REALM"
   * @throws SpnegoException if the JDK cannot make a context
   */
  public SpnegoInitiator(
      TargetName target, @Nullable GSSCredential credential, Flags flags, String attempt)
      throws SpnegoException {
    this.attempt = attempt;
    this.mutualAuth = flags.mutualAuth();
    try {
      context =
          GSSManager.getInstance()
              .createContext(
                  target.toGssName(), Oids.SPNEGO, credential, GSSContext.DEFAULT_LIFETIME);
      context.requestMutualAuth(flags.mutualAuth());
      context.requestCredDeleg(flags.delegation());
      context.requestInteg(true); // the layer offer travels in an integrity token
      context.requestConf(flags.confidentiality());
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(attempt, e);
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
        throw new SpnegoException(
            Reason.GSS_FAILURE, attempt + ": the JDK made no first token.", null);
      }
      return token;
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(attempt, e);
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
    byte[] next;
    try {
      byte[] canonical = reply.orSupportedMech(Oids.KERBEROS).encode();
      next = context.initSecContext(canonical, 0, canonical.length);
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(attempt + ": the server's " + describe(reply), e);
    }
    if (isEstablished() && mutualAuth && !proves(reply)) {
      throw noProof("the server completed the negotiation without proving that it has the key");
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
   * Protects messages once the context is established.
   *
   * @return the per-message calls of this context
   */
  public MessageProtection protection() {
    return new MessageProtection(context);
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
      throw new SpnegoException(
          Reason.PROTOCOL,
          String.format(
              Locale.ROOT,
              "%s: the server sent a token of %d octets, more than %d.",
              attempt,
              token.length,
              MAX_TOKEN),
          null);
    }
    PeerToken received = PeerToken.of(token);
    if (received instanceof PeerToken.Resp resp) {
      NegTokenResp reply = resp.token();
      checkNested(reply);
      checkState(reply);
      checkMechanism(reply);
      return reply;
    }
    throw unexpected(received);
  }

  private void checkState(NegTokenResp reply) throws SpnegoException {
    NegState state = reply.negState().orElse(null);
    if (state == NegState.REJECT) {
      throw new SpnegoException(
          Reason.REJECTED, attempt + ": the server rejected the negotiation.", null);
    }
    if (state != NegState.ACCEPT_COMPLETED && state != NegState.ACCEPT_INCOMPLETE) {
      throw new SpnegoException(
          Reason.UNEXPECTED_NEG_STATE,
          attempt + ": the server sent " + describe(reply) + ", which proves nothing.",
          null);
    }
    if (state == NegState.ACCEPT_COMPLETED && mutualAuth && reply.responseToken().isEmpty()) {
      throw noProof("the server accepted without a token that proves that it has the key");
    }
  }

  private void checkMechanism(NegTokenResp reply) throws SpnegoException {
    Optional<String> other =
        reply.supportedMech().filter(mech -> !Oids.isKerberos(mech)).map(Oids::name);
    if (other.isPresent()) {
      throw new SpnegoException(
          Reason.NOT_SPNEGO,
          attempt + ": the server chose " + other.get() + ", and Kerberos was offered.",
          null);
    }
  }

  /** A server that cannot read our ticket says why in a KRB-ERROR inside its reply. */
  private void checkNested(NegTokenResp reply) throws SpnegoException {
    if (reply.responseToken().isPresent()
        && PeerToken.of(reply.responseToken().get()) instanceof PeerToken.KerberosError error) {
      throw unexpected(error);
    }
  }

  private SpnegoException unexpected(PeerToken received) {
    String tried = attempt + ": the server sent " + received.describe();
    if (received instanceof PeerToken.KerberosError error) {
      String clock =
          error.error().serverTime().map(time -> ", the server's clock says " + time).orElse("");
      return new SpnegoException(
          KerberosCode.reason(error.error().code()), tried + clock + ".", null);
    }
    return new SpnegoException(
        received instanceof PeerToken.Malformed ? Reason.MALFORMED_TOKEN : Reason.NOT_SPNEGO,
        tried + ", not a NegTokenResp.",
        null);
  }

  private boolean proves(NegTokenResp reply) {
    // The JDK verified the AP-REP before it called the context established.
    return reply.responseToken().isPresent() && context.getMutualAuthState();
  }

  private SpnegoException noProof(String how) {
    return new SpnegoException(Reason.NO_SERVER_PROOF, attempt + ": " + how + ".", null);
  }

  private static String describe(NegTokenResp reply) {
    return new PeerToken.Resp(reply).describe();
  }
}
