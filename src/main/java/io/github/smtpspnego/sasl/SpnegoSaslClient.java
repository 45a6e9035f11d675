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
 * The client of RFC 2222 section 7.2.1 around SPNEGO: what MS-SSEAN means by {@code GSSAPI}.
 *
 * <p>Nothing is looked up, read or sent before the first {@link #hasInitialResponse} or {@link
 * #evaluateChallenge}. A failure is thrown again by every later call.
 */
public final class SpnegoSaslClient extends SaslExchange implements SaslClient {
  private enum State {
    /** Nothing sent. */
    START,
    /** The NegTokenInit is sent; NegTokenResps are awaited. */
    NEGOTIATING,
    /** The context is established; a layer offer may come, or the server's success. */
    ESTABLISHED,
    /** The client has nothing more to say. */
    COMPLETE,
    /** Every call throws what went wrong. */
    FAILED
  }

  private final SettingsReader reader;
  private final @Nullable String serverName;
  private final @Nullable String authorizationId;
  private final @Nullable CallbackHandler handler;
  private final boolean warns;

  /** What is being tried, asked for where something goes wrong. */
  private final Supplier<String> attempted = this::tried;

  private State state = State.START;
  private int rounds;
  private @Nullable SpnegoException failure;

  // What is there once the first token was asked for.
  private @Nullable ClientSettings settings;
  private @Nullable InitiatorCredentials credentials;
  private @Nullable SpnegoInitiator initiator;
  private @Nullable TicketAttempt attempt;

  /** The layer that was chosen; null where no offer came. */
  private @Nullable Qop choice;

  /**
   * Creates a client; reads nothing yet.
   *
   * @param authorizationId the identity to act as, or what a mail library passes for it
   * @param handler knows the user and password, or null
   * @param warns whether a failure is logged, for callers that show no exception
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
   * Whether the first token is sent without waiting for a challenge. True also where something went
   * wrong, so that the caller goes on to the call that can throw it.
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

  /** Hands out the NegTokenInit. A client speaks first: what it answers here must be empty. */
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
    byte[] token =
        found.run(
            () -> {
              SpnegoInitiator made =
                  new SpnegoInitiator(
                      begun.name(), found.credential(), read.contextFlags(), attempted);
              initiator = made;
              return begun.inTurn(made::firstToken);
            });
    if (read.delegation == Delegation.TRUE && !initiator().isDelegated()) {
      UndelegatedTickets.warn(tried());
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
   * The authorization identity, where the user asked for one. Angus Mail passes the user's name
   * where nothing was asked for, and that is no Kerberos identity.
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
      initiator().dispose(); // no message will be wrapped, and Angus Mail never disposes
    }
  }

  /**
   * Takes the server's success (235 in SMTP), which counts only where the client got what it was to
   * get.
   *
   * @throws SpnegoException if it does not count: without the server's proof where {@code
   *     mutualauth=true}, without the layer offer where something depends on it, or with a layer
   *     that cannot be used
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
      proved(); // or no proof was asked for
      complete(SecurityLayer.NONE);
    }
  }

  /** Whether the client has nothing more to say; false while a layer offer may come. */
  @Override
  public boolean isComplete() {
    return state == State.COMPLETE;
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    return negotiated().property(name);
  }

  /** Forgets keys and credentials; may be called again. What was negotiated can still be asked. */
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

  /** Disposes a client whose first token was made and not sent: the ticket is still good. */
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
      proved(); // before it was sent and after the server's proof, the ticket is beyond doubt
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
    return credentials == null ? what : what + " " + credentials.describe();
  }
}
