package io.github.smtpspnego.client;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.CredentialFinder;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.credentials.TicketAttempt;
import io.github.smtpspnego.credentials.UserAndPassword;
import io.github.smtpspnego.gss.LayerMessage;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.SecurityLayer;
import io.github.smtpspnego.gss.SpnegoInitiator;
import io.github.smtpspnego.settings.LayerEnding;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/**
 * The client of RFC 2222 section 7.2.1 around SPNEGO: what MS-SSEAN means by {@code GSSAPI}.
 *
 * <p>Nothing is looked up, read or sent before the first {@link #hasInitialResponse} or {@link
 * #evaluateChallenge}. Every failure is thrown again by every later call, and logged once: as a
 * warning where no {@link ExchangeWatch} is there to tell it, since Angus Mail shows none of them.
 */
final class SpnegoSaslClient implements SaslClient {
  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");

  /** Kerberos takes one round; a server that needs more than this goes in circles. */
  private static final int MOST_ROUNDS = 8;

  private static final int CRLF = 2;

  /** Where the settings come from, at the first call. */
  interface Configuration {
    ClientSettings read() throws SpnegoException;
  }

  private enum State {
    /** Nothing sent. */
    START,
    /** The NegTokenInit is made; NegTokenResps are awaited. */
    NEGOTIATING,
    /** The context is established; a layer offer may come, or the server's success. */
    ESTABLISHED,
    /** The client has nothing more to say. */
    COMPLETE,
    /** Every call throws what went wrong. */
    FAILED
  }

  private final String mechanism;
  private final Configuration configuration;
  private final @Nullable String authorizationId;
  private final @Nullable CallbackHandler handler;

  private State state = State.START;
  private int rounds;
  private boolean watched;
  private int authLineLimit = Integer.MAX_VALUE;
  private @Nullable Boolean initialResponse;
  private byte @Nullable [] firstToken;
  private @Nullable SpnegoException failure;
  private @Nullable Exchange exchange;
  private @Nullable SecurityLayer layer;
  private boolean choiceSent;

  /** What is there once the first token was asked for. */
  private record Exchange(
      ClientSettings settings,
      InitiatorCredentials credentials,
      SpnegoInitiator initiator,
      TicketAttempt attempt) {}

  SpnegoSaslClient(
      String mechanism,
      Configuration configuration,
      @Nullable String authorizationId,
      @Nullable CallbackHandler handler) {
    this.mechanism = mechanism;
    this.configuration = configuration;
    this.authorizationId = authorizationId;
    this.handler = handler;
  }

  @Override
  public String getMechanismName() {
    return mechanism;
  }

  /**
   * Tells that somebody shows the failures, and how long an AUTH line may be.
   *
   * @param limit its octets with CRLF
   */
  void watched(int limit) {
    watched = true;
    authLineLimit = limit;
  }

  /**
   * Whether the AUTH line is to carry the first token. Where the line has a limit the token is made
   * here, since its length decides.
   *
   * @return also true where something went wrong, so that the next call comes, which can throw it
   */
  @Override
  public boolean hasInitialResponse() {
    if (initialResponse == null) {
      try {
        initialResponse =
            switch (configuration.read().initialResponse()) {
              case ALWAYS -> true;
              case NEVER -> false;
              case AUTO -> authLineLimit == Integer.MAX_VALUE || firstTokenFits();
            };
      } catch (SpnegoException e) {
        initialResponse = true;
      }
    }
    return initialResponse;
  }

  private boolean firstTokenFits() {
    if (state != State.START) {
      return true;
    }
    try {
      byte[] token = makeFirstToken();
      firstToken = token;
      int base64 = (token.length + 2) / 3 * 4;
      return "AUTH ".length() + mechanism.length() + 1 + base64 + CRLF <= authLineLimit;
    } catch (SaslException | RuntimeException e) {
      fail(explained(e));
      return true;
    }
  }

  @Override
  public byte[] evaluateChallenge(byte[] challenge) throws SaslException {
    State before = state;
    try {
      byte[] response =
          switch (before) {
            case START -> start(challenge);
            case NEGOTIATING -> negotiate(challenge);
            case ESTABLISHED -> chooseLayer(challenge);
            case COMPLETE -> throw protocol("sent a challenge after the exchange was complete");
            case FAILED -> throw failure();
          };
      LOGGER.log(
          Level.DEBUG,
          "{0}: {1} octets received in {2}, {3} octets to send in {4}",
          mechanism,
          challenge.length,
          before,
          response.length,
          state);
      return response;
    } catch (SaslException | RuntimeException e) {
      SpnegoException explained = explained(e);
      throw before == State.COMPLETE ? explained : fail(explained);
    }
  }

  /** Hands out the NegTokenInit. A client speaks first: what it answers here must be empty. */
  private byte[] start(byte[] challenge) throws SaslException {
    if (challenge.length != 0) {
      throw protocol("sent a challenge before the client's first token");
    }
    byte[] token = firstToken == null ? makeFirstToken() : firstToken;
    firstToken = null;
    state = State.NEGOTIATING;
    return token;
  }

  private byte[] makeFirstToken() throws SaslException {
    ClientSettings settings = configuration.read();
    InitiatorCredentials credentials = new CredentialFinder(settings.credentials(), handler).find();
    TicketAttempt attempt = credentials.begin(settings.target());
    SpnegoInitiator initiator =
        credentials.run(
            () ->
                new SpnegoInitiator(
                    settings.target(),
                    credentials.credential().orElse(null),
                    settings.mutualAuth(),
                    settings.delegation(),
                    settings.qop().contains(Qop.AUTH_CONF),
                    "Authenticating to " + settings.target() + " " + credentials.describe()));
    exchange = new Exchange(settings, credentials, initiator, attempt);
    return credentials.run(initiator::firstToken);
  }

  private byte[] negotiate(byte[] challenge) throws SaslException {
    if (challenge.length == 0) {
      throw protocol("sent an empty challenge where a NegTokenResp was due");
    }
    if (++rounds > MOST_ROUNDS) {
      throw protocol("asked for more than " + MOST_ROUNDS + " tokens");
    }
    Exchange current = exchange();
    byte[] token = current.credentials().run(() -> current.initiator().nextToken(challenge));
    if (current.initiator().isEstablished()) {
      current.attempt().proved();
      state = State.ESTABLISHED;
      if (current.settings().layerEnding() == LayerEnding.NONE) {
        complete(SecurityLayer.NONE);
      }
    }
    return token;
  }

  /** Answers the layer offer, RFC 2222 section 7.2.1. */
  private byte[] chooseLayer(byte[] challenge) throws SaslException {
    if (challenge.length == 0) {
      throw protocol("sent an empty challenge where a security layer offer was due");
    }
    Exchange current = exchange();
    return current.credentials().run(() -> chooseLayer(current, challenge));
  }

  private byte[] chooseLayer(Exchange current, byte[] challenge) throws SpnegoException {
    SecurityLayer unlimited = current.initiator().layer();
    LayerMessage offer;
    try {
      byte[] plain = unlimited.unwrap(challenge, 0, challenge.length);
      offer = LayerMessage.readOffer(plain);
    } catch (IllegalArgumentException e) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER, tried() + ": the server sent " + e.getMessage() + ".", e);
    }
    ClientSettings settings = current.settings();
    Qop chosen =
        settings.qop().stream()
            .filter(offer.layers()::contains)
            .findFirst()
            .orElseThrow(
                () ->
                    new SpnegoException(
                        Reason.SECURITY_LAYER,
                        String.format(
                            Locale.ROOT,
                            "%s: the server offers the layers %s, and %s are asked for.",
                            tried(),
                            offer.layers(),
                            settings.qop()),
                        null));
    SecurityLayer negotiated = unlimited.agreed(chosen, offer.maxSize(), settings.maxBuffer());
    byte[] choice =
        new LayerMessage(
                List.of(chosen),
                chosen == Qop.AUTH ? 0 : settings.maxBuffer(),
                identityToActAs(settings))
            .encode();
    byte[] response = unlimited.wrap(choice, 0, choice.length);
    choiceSent = true;
    complete(negotiated);
    return response;
  }

  /**
   * The authorization identity, where the user asked for one. Angus Mail passes the user's name
   * where nothing was asked for, and that is no Kerberos identity.
   */
  private Optional<String> identityToActAs(ClientSettings settings) {
    if (settings.authorizationId().isPresent()) {
      return settings.authorizationId();
    }
    return Optional.ofNullable(authorizationId)
        .filter(id -> !id.isEmpty() && !id.equals(new UserAndPassword(handler).name()));
  }

  private void complete(SecurityLayer negotiated) {
    layer = negotiated;
    state = State.COMPLETE;
    if (negotiated.qop() == Qop.AUTH) {
      exchange().initiator().dispose(); // no message will be wrapped, and Angus never disposes
    }
  }

  /**
   * Takes the server's success, which counts only where the client got what it was to get.
   *
   * @throws SpnegoException if it does not count
   */
  void serverSucceeded() throws SpnegoException {
    try {
      switch (state) {
        case START -> throw protocol("reported success before the client said anything");
        case NEGOTIATING -> successCheck().beforeProof();
        case ESTABLISHED -> successCheck().withoutChoice();
        case COMPLETE -> {
          if (choiceSent) {
            successCheck().afterChoice(negotiated().qop());
          } else {
            successCheck().withoutChoice();
          }
        }
        case FAILED -> throw failure();
      }
    } catch (SpnegoException e) {
      throw fail(e);
    }
    if (state != State.COMPLETE) {
      exchange().attempt().proved(); // or no proof was asked for
      complete(SecurityLayer.NONE);
    }
  }

  private SuccessCheck successCheck() {
    ClientSettings settings = exchange().settings();
    return new SuccessCheck(tried(), settings, identityToActAs(settings));
  }

  /** Whether nothing was said yet, so that what the server sends is a mere prompt. */
  boolean isUnstarted() {
    return state == State.START;
  }

  /** What went wrong, if anything did. */
  Optional<SpnegoException> whatFailed() {
    return Optional.ofNullable(failure);
  }

  /**
   * Whether the client has nothing more to say. After the last token that is not known while a
   * layer offer may come: Angus Mail would answer it with an empty line.
   */
  @Override
  public boolean isComplete() {
    return state == State.COMPLETE;
  }

  @Override
  public byte[] wrap(byte[] outgoing, int offset, int length) throws SaslException {
    return negotiated().wrap(outgoing, offset, length);
  }

  @Override
  public byte[] unwrap(byte[] incoming, int offset, int length) throws SaslException {
    return negotiated().unwrap(incoming, offset, length);
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    return negotiated().property(name);
  }

  /** Forgets keys and credentials; may be called again. What was negotiated can still be asked. */
  @Override
  public void dispose() {
    if (exchange != null) {
      exchange.initiator().dispose();
    }
    if (state != State.COMPLETE && state != State.FAILED) {
      failure =
          new SpnegoException(
              Reason.DISPOSED, tried() + ": the client was disposed in " + state + ".", null);
      end(State.FAILED);
    }
  }

  private SpnegoException fail(SpnegoException e) {
    if (state != State.FAILED) {
      failure = e;
      LOGGER.log(watched ? Level.DEBUG : Level.WARNING, e.getMessage());
      if (exchange != null) {
        exchange.initiator().dispose();
      }
      end(State.FAILED);
    }
    return e;
  }

  private void end(State last) {
    // After the server's proof the ticket is beyond doubt, whatever happened then.
    if (exchange != null && state == State.NEGOTIATING) {
      exchange.attempt().failed();
    } else if (exchange != null && state == State.START) {
      exchange.attempt().unused();
    }
    firstToken = null;
    state = last;
  }

  private SpnegoException explained(Exception e) {
    return e instanceof SpnegoException explained
        ? explained
        : new SpnegoException(
            Reason.GSS_FAILURE, tried() + ": an unforeseen error (" + e + ").", e);
  }

  private SpnegoException failure() {
    return Objects.requireNonNull(failure);
  }

  private Exchange exchange() {
    return Objects.requireNonNull(exchange);
  }

  private SecurityLayer negotiated() {
    if (layer == null) {
      throw new IllegalStateException("the exchange is in " + state + ", not complete");
    }
    return layer;
  }

  private SpnegoException protocol(String what) {
    return new SpnegoException(Reason.PROTOCOL, tried() + ": the server " + what + ".", null);
  }

  /** What is being tried, as the start of a sentence. */
  String tried() {
    return exchange == null
        ? "Authenticating with " + mechanism
        : "Authenticating to "
            + exchange.settings().target()
            + " "
            + exchange.credentials().describe();
  }
}
