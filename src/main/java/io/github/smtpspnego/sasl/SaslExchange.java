package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.SecurityLayer;
import io.github.smtpspnego.settings.SaslProperties;
import java.lang.System.Logger.Level;
import java.util.Map;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/**
 * The common part of both sides of an exchange: the order of its states, its one failure, and the
 * negotiated layer. Public so that its methods can be called by reflection on either side's class.
 */
public abstract sealed class SaslExchange permits SpnegoSaslClient, SpnegoSaslServer {
  static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");

  /**
   * The largest number of tokens that are accepted from the other side. Kerberos needs one round,
   * or two if it is not the initiator's first choice.
   */
  private static final int MOST_ROUNDS = 8;

  enum State {
    /** No token is sent or received yet. */
    START,
    /** Server: an empty challenge is sent, since the client sent an empty response. */
    INVITED,
    /** The first token is sent or received; tokens of the other side are awaited. */
    NEGOTIATING,
    /**
     * The context is established. The client awaits a layer offer or the server's success; the
     * server, whose last token is sent, an empty response.
     */
    ESTABLISHED,
    /** Server: the layer offer is sent; the client's choice is awaited. */
    OFFERED,
    /** The client has sent its last token; the server has authenticated and authorized it. */
    COMPLETE,
    /** Every call throws the failure. */
    FAILED
  }

  final String mechanism;

  private final String side;
  private final String peer;

  State state = State.START;
  private @Nullable SpnegoException failure;
  private int rounds;

  /** The negotiated layer; null before the exchange is complete. */
  private @Nullable SecurityLayer layer;

  /**
   * Creates an exchange in {@link State#START}.
   *
   * @param side "client" or "server", for messages
   * @param peer the other one
   */
  SaslExchange(String mechanism, String side, String peer) {
    this.mechanism = mechanism;
    this.side = side;
    this.peer = peer;
  }

  /** Answers a message in a state in which one is awaited; null if there is nothing to send. */
  abstract byte @Nullable [] answer(byte[] received) throws SpnegoException;

  /**
   * Disposes of what the exchange holds; may be called again.
   *
   * @param last {@link State#COMPLETE}, or the state in which the exchange ended. By it the client
   *     decides whether to drop its ticket, and the server whether to keep a forwarded one
   */
  abstract void release(State last);

  /** Reports the failure that has ended the exchange. It is called once. */
  abstract void report(SpnegoException ended);

  /**
   * Describes the exchange, the start of a sentence: "Authenticating to smtp@host as alice@REALM".
   */
  abstract String tried();

  public final String getMechanismName() {
    return mechanism;
  }

  public final byte[] wrap(byte[] outgoing, int offset, int length) throws SaslException {
    return negotiated().wrap(outgoing, offset, length);
  }

  public final byte[] unwrap(byte[] incoming, int offset, int length) throws SaslException {
    return negotiated().unwrap(incoming, offset, length);
  }

  /** Whether no message is awaited any more; on the client false while a layer offer may come. */
  public final boolean isComplete() {
    return state == State.COMPLETE;
  }

  /**
   * Disposes of keys, and ends an exchange that is not complete; may be called again. Negotiated
   * properties stay available.
   */
  public final void dispose() {
    if (state == State.COMPLETE || state == State.FAILED) {
      release(state);
      return;
    }
    end(
        new SpnegoException(
            Reason.DISPOSED,
            tried() + ": the " + side + " was disposed in " + state + ".",
            "Create a new SASL " + side + " for a new exchange.",
            null));
  }

  /**
   * Processes the other side's next message. One after the last is refused, and changes nothing.
   */
  final byte @Nullable [] next(byte[] received) throws SpnegoException {
    checkNotFailed();
    if (state == State.COMPLETE) {
      throw protocol("sent a message after the exchange was complete");
    }
    State before = state;
    byte[] sent;
    try {
      sent = answer(received);
    } catch (SpnegoException | RuntimeException e) {
      throw fail(e);
    }
    LOGGER.log(
        Level.DEBUG,
        "{0}: {1} octets received in {2}, {3} octets to send in {4}",
        mechanism,
        received.length,
        before,
        sent == null ? 0 : sent.length,
        state);
    return sent;
  }

  final void checkNotFailed() throws SpnegoException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Checks that the other side's next token is there, and that there are not too many. */
  final void checkToken(byte[] token) throws SpnegoException {
    if (token.length == 0) {
      throw protocol("sent an empty message where a token was due");
    }
    if (++rounds > MOST_ROUNDS) {
      throw protocol("sent more than " + MOST_ROUNDS + " tokens");
    }
  }

  /**
   * Completes the exchange. Without a layer no message will be wrapped, so keys are disposed of.
   */
  final void complete(SecurityLayer agreed) {
    layer = agreed;
    state = State.COMPLETE;
    if (agreed.qop() == Qop.AUTH) {
      release(state);
    }
  }

  /** Ends an exchange that has not failed yet. */
  final SpnegoException fail(Exception e) {
    SpnegoException explained = explained(e);
    end(explained);
    report(explained);
    return explained;
  }

  private void end(SpnegoException reason) {
    State last = state;
    failure = reason;
    state = State.FAILED;
    release(last);
  }

  /**
   * The negotiated layer.
   *
   * @throws IllegalStateException before the exchange is complete
   */
  final SecurityLayer negotiated() {
    if (layer == null) {
      throw new IllegalStateException("the exchange is not complete");
    }
    return layer;
  }

  /** The names of the mechanisms for both factories; none if a policy excludes them. */
  static String[] mechanismNames(@Nullable Map<String, ?> properties) {
    return SaslProperties.policiesHold(properties)
        ? SaslProperties.MECHANISMS.toArray(new String[0])
        : new String[0];
  }

  final SpnegoException protocol(String what) {
    return new SpnegoException(
        Reason.PROTOCOL,
        tried() + ": the " + peer + " " + what + ".",
        "Report it to the " + peer + "'s vendor with the log of the exchange.",
        null);
  }

  final SpnegoException layerFailure(String what, @Nullable Exception cause) {
    return new SpnegoException(Reason.SECURITY_LAYER, tried() + ": " + what + ".", cause);
  }

  /** The failure as callers get it; the client's names the properties of its protocol. */
  SpnegoException explained(Exception e) {
    return e instanceof SpnegoException known
        ? known
        : new SpnegoException(
            Reason.GSS_FAILURE, tried() + ": an unforeseen error (" + e + ").", e);
  }
}
