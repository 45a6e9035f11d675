package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.credentials.InitiatorFinder;
import io.github.smtpspnego.credentials.TicketAttempt;
import io.github.smtpspnego.credentials.UserAndPassword;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.SecurityLayer;
import io.github.smtpspnego.gss.SpnegoInitiator;
import io.github.smtpspnego.kerberos.Printable;
import io.github.smtpspnego.settings.Delegation;
import io.github.smtpspnego.settings.InitialResponse;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SettingsReader;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.function.Supplier;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import org.jspecify.annotations.Nullable;

/**
 * The client of RFC 2222 section 7.2.1 with SPNEGO tokens, which MS-SSEAN calls {@code GSSAPI}.
 *
 * <p>Nothing is read or requested before the first call of {@link #hasInitialResponse} or {@link
 * #evaluateChallenge}. After a failure every call throws the same exception.
 */
public final class SpnegoSaslClient extends SaslExchange implements SaslClient {
  private enum State {
    /** Nothing is sent yet. */
    START,
    /** The NegTokenInit is sent; NegTokenResps are awaited. */
    NEGOTIATING,
    /** The context is established; a layer offer or the server's success is awaited. */
    ESTABLISHED,
    /** The client has sent its last token. */
    COMPLETE,
    /** Every call throws the failure. */
    FAILED
  }

  private final SettingsReader reader;
  private final @Nullable String serverName;
  private final @Nullable String authorizationId;
  private final @Nullable CallbackHandler handler;
  private final boolean warns;

  /** Describes the exchange for messages. */
  private final Supplier<String> attempted = this::tried;

  private State state = State.START;
  private int rounds;
  private @Nullable SpnegoException failure;

  // Null before the first token is requested.
  private @Nullable ClientSettings settings;
  private @Nullable InitiatorCredentials credentials;
  private @Nullable SpnegoInitiator initiator;
  private @Nullable TicketAttempt attempt;

  /** The chosen layer; null if no offer came. */
  private @Nullable Qop choice;

  /**
   * Creates a client. Nothing is read yet.
   *
   * @param authorizationId the authorization identity that the caller of the factory passed, or
   *     null
   * @param handler gives the user and the password, or null
   * @param warns whether a failure is logged, for callers that do not show exceptions
   */
  public SpnegoSaslClient(
      String mechanism,
      SettingsReader settings,
      @Nullable String serverName,
      @Nullable String authorizationId,
      @Nullable CallbackHandler handler,
      boolean warns) {
    super(mechanism);
    this.reader = settings;
    this.serverName = serverName;
    this.authorizationId = authorizationId;
    this.handler = handler;
    this.warns = warns;
  }

  /**
   * Whether the first token is sent without waiting for a challenge. Also true after a failure, so
   * that the caller continues with {@link #evaluateChallenge}, which can throw it.
   */
  @Override
  public boolean hasInitialResponse() {
    if (state != State.START) {
      return state == State.FAILED;
    }
    try {
      return initialResponse() != InitialResponse.NEVER;
    } catch (SpnegoException e) {
      return true;
    }
  }

  /** The setting {@code initialresponse}: whether the AUTH command is to carry the first token. */
  public InitialResponse initialResponse() throws SpnegoException {
    try {
      return settings().initialResponse;
    } catch (SpnegoException | RuntimeException e) {
      throw fail(explained(e));
    }
  }

  @Override
  public byte[] evaluateChallenge(byte[] challenge) throws SpnegoException {
    State before = state;
    try {
      byte[] response = answer(challenge);
      logStep(before, challenge, response, state);
      return response;
    } catch (SpnegoException | RuntimeException e) {
      SpnegoException explained = explained(e);
      throw before == State.COMPLETE ? explained : fail(explained);
    }
  }

  private byte[] answer(byte[] challenge) throws SpnegoException {
    if (state == State.START) {
      return start(challenge);
    }
    if (state == State.NEGOTIATING) {
      return negotiate(challenge);
    }
    if (state == State.ESTABLISHED) {
      return chooseLayer(challenge);
    }
    throw failure == null ? protocol("sent a challenge after the exchange was complete") : failure;
  }

  /** Returns the NegTokenInit. The client speaks first, so the challenge must be empty. */
  private byte[] start(byte[] challenge) throws SpnegoException {
    if (challenge.length != 0) {
      throw protocol("sent a challenge before the client's first token");
    }
    byte[] token = makeFirstToken();
    state = State.NEGOTIATING;
    return token;
  }

  private byte[] makeFirstToken() throws SpnegoException {
    ClientSettings read = settings();
    InitiatorCredentials found = new InitiatorFinder(read.credentials, handler).find();
    credentials = found;
    TicketAttempt begun = found.begin(read.target);
    attempt = begun;
    SpnegoInitiator made =
        new SpnegoInitiator(begun.name(), found.credential(), read.contextFlags(), attempted);
    initiator = made;
    byte[] token = begun.inTurn(made::firstToken);
    if (read.delegation == Delegation.TRUE && !made.isDelegated()) {
      DelegationWarning.warn(tried());
    }
    return token;
  }

  private byte[] negotiate(byte[] challenge) throws SpnegoException {
    if (challenge.length == 0) {
      throw protocol("sent an empty challenge where a NegTokenResp was due");
    }
    if (++rounds > MOST_ROUNDS) {
      throw protocol("asked for more than " + MOST_ROUNDS + " tokens");
    }
    byte[] token = initiator().nextToken(challenge);
    if (initiator().isEstablished()) {
      proved();
      state = State.ESTABLISHED;
      if (settings().layerEnding == LayerEnding.NONE) {
        complete(SecurityLayer.NONE);
      }
    }
    return token;
  }

  /** Answers the layer offer, RFC 2222 section 7.2.1. */
  private byte[] chooseLayer(byte[] challenge) throws SpnegoException {
    if (challenge.length == 0) {
      throw protocol("sent an empty challenge where a security layer offer was due");
    }
    LayerAnswer answer =
        LayerAnswer.to(challenge, initiator().layer(), settings(), identityToActAs(), attempted);
    choice = answer.layer.qop();
    complete(answer.layer);
    return answer.token;
  }

  /**
   * The authorization identity; empty if none was requested. By default Angus Mail passes the
   * user's name, which is not a Kerberos identity.
   */
  private String identityToActAs() throws SpnegoException {
    String set = settings().authorizationId;
    if (!set.isEmpty() || authorizationId == null) {
      return set;
    }
    return authorizationId.equals(new UserAndPassword(handler).name()) ? "" : authorizationId;
  }

  private void complete(SecurityLayer negotiated) {
    agree(negotiated);
    state = State.COMPLETE;
    if (negotiated.qop() == Qop.AUTH) {
      initiator().dispose(); // no message will be wrapped, and Angus Mail never calls dispose
    }
  }

  /**
   * Processes the server's success (235 in SMTP).
   *
   * @throws SpnegoException if the success is rejected: the server's proof is missing and {@code
   *     mutualauth=true}, a layer offer was required and did not come, or the negotiated layer
   *     cannot be used
   */
  public void serverSucceeded() throws SpnegoException {
    try {
      if (failure != null) {
        throw failure;
      }
      if (state == State.START) {
        throw protocol("reported success before the client said anything");
      }
      SuccessCheck.check(
          attempted, settings(), state != State.NEGOTIATING, choice, identityToActAs());
    } catch (SpnegoException e) {
      throw fail(explained(e));
    }
    if (state != State.COMPLETE) {
      proved(); // or no proof was requested
      complete(SecurityLayer.NONE);
    }
  }

  /** Whether the client has sent its last token; false while a layer offer may come. */
  @Override
  public boolean isComplete() {
    return state == State.COMPLETE;
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    return negotiated().property(name);
  }

  /** Disposes of keys; may be called again. Negotiated properties stay available. */
  @Override
  public void dispose() {
    if (state == State.COMPLETE || state == State.FAILED) {
      disposeInitiator();
    } else {
      end(
          new SpnegoException(
              Reason.DISPOSED, tried() + ": the client was disposed in " + state + ".", null));
    }
  }

  /** Disposes of a client whose first token was not sent, so that its ticket is not dropped. */
  public void disposeUnsent() {
    proved();
    dispose();
  }

  private SpnegoException fail(SpnegoException e) {
    if (state != State.FAILED) {
      end(e);
      if (warns) {
        LOGGER.log(Level.WARNING, e.getMessage());
      }
    }
    return e;
  }

  private void end(SpnegoException reason) {
    failure = reason;
    if (state == State.NEGOTIATING && attempt != null) {
      attempt.failed();
    } else {
      proved(); // the ticket was not sent yet, or the server has proved that it can decrypt it
    }
    disposeInitiator();
    state = State.FAILED;
  }

  private void proved() {
    if (attempt != null) {
      attempt.proved();
    }
  }

  private void disposeInitiator() {
    if (initiator != null) {
      initiator.dispose();
    }
  }

  private ClientSettings settings() throws SpnegoException {
    if (settings == null) {
      settings = new ClientSettings(reader, mechanism, serverName);
    }
    return settings;
  }

  private SpnegoInitiator initiator() {
    return Objects.requireNonNull(initiator);
  }

  private SpnegoException explained(Exception e) {
    SpnegoException explained = e instanceof SpnegoException known ? known : unforeseen(e);
    return explained.forProtocol(reader.protocol());
  }

  private SpnegoException protocol(String what) {
    return new SpnegoException(Reason.PROTOCOL, tried() + ": the server " + what + ".", null);
  }

  @Override
  public String tried() {
    if (settings == null) {
      return "Authenticating with " + mechanism;
    }
    String what = "Authenticating to " + settings.target;
    String identity = settings.authorizationId;
    return credentials == null
        ? what
        : what
            + " "
            + credentials.describe()
            + (identity.isEmpty() ? "" : ", to act as " + Printable.of(identity));
  }
}
