package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.credentials.InitiatorFinder;
import io.github.smtpspnego.credentials.SaslAction;
import io.github.smtpspnego.credentials.TicketAttempt;
import io.github.smtpspnego.credentials.UserAndPassword;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.SecurityLayer;
import io.github.smtpspnego.gss.SpnegoInitiator;
import io.github.smtpspnego.settings.LayerEnding;
import java.lang.System.Logger.Level;
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
 * #evaluateChallenge}. Every failure is logged once as a warning, since Angus Mail shows none of
 * them, and is thrown again by every later call.
 */
final class SpnegoSaslClient implements SaslClient {
  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");

  /** Kerberos takes one round; a server that needs more than this goes in circles. */
  private static final int MOST_ROUNDS = 8;

  private static final int CRLF = 2;

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

  private final String mechanism;
  private final SaslAction<ClientSettings> configuration;
  private final @Nullable String authorizationId;
  private final @Nullable CallbackHandler handler;

  private State state = State.START;
  private int rounds;
  private @Nullable SpnegoException failure;

  // What is there once the first token was asked for.
  private @Nullable ClientSettings settings;
  private @Nullable InitiatorCredentials credentials;
  private @Nullable SpnegoInitiator initiator;
  private @Nullable TicketAttempt attempt;

  /** The NegTokenInit, where it was made before it was asked for. */
  private byte @Nullable [] firstToken;

  /** The longest AUTH line, in octets with CRLF. */
  private int authLineLimit = Integer.MAX_VALUE;

  /** The layer that was chosen; null where no offer came. */
  private @Nullable Qop choice;

  private @Nullable SecurityLayer layer;

  /**
   * Creates a client.
   *
   * @param mechanism the SASL mechanism
   * @param configuration where the settings come from, at the first call
   * @param authorizationId the identity to act as, or what Angus Mail passes for it
   * @param handler knows the user and password, or null
   */
  SpnegoSaslClient(
      String mechanism,
      SaslAction<ClientSettings> configuration,
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

  /** Limits the AUTH line, under a transport that can do without an initial response. */
  void limitAuthLine(int octets) {
    authLineLimit = octets;
  }

  /**
   * Whether the AUTH line is to carry the first token. Where the line has a limit the token is made
   * here, since its length decides.
   *
   * @return also true where something went wrong, so that the next call comes, which can throw it
   */
  @Override
  public boolean hasInitialResponse() {
    if (state != State.START) {
      return state == State.FAILED;
    }
    try {
      InitialResponse wanted = settings().initialResponse;
      return wanted == InitialResponse.ALWAYS
          || (wanted == InitialResponse.AUTO
              && (authLineLimit == Integer.MAX_VALUE || firstTokenFits()));
    } catch (SaslException | RuntimeException e) {
      fail(explained(e));
      return true;
    }
  }

  private boolean firstTokenFits() throws SaslException {
    if (firstToken == null) {
      firstToken = makeFirstToken();
    }
    int base64 = (firstToken.length + 2) / 3 * 4;
    return "AUTH ".length() + mechanism.length() + 1 + base64 + CRLF <= authLineLimit;
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
            case FAILED -> throw Objects.requireNonNull(failure);
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
    ClientSettings read = settings();
    InitiatorCredentials found = new InitiatorFinder(read.credentials, handler).find();
    credentials = found;
    TicketAttempt begun = found.begin(read.target);
    attempt = begun;
    return found.run(
        () -> {
          SpnegoInitiator made =
              new SpnegoInitiator(
                  read.target,
                  found.credential(),
                  read.mutualAuth,
                  read.delegation,
                  read.qop.contains(Qop.AUTH_CONF),
                  this::tried);
          initiator = made;
          return begun.inTurn(made::firstToken);
        });
  }

  private byte[] negotiate(byte[] challenge) throws SaslException {
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
  private byte[] chooseLayer(byte[] challenge) throws SaslException {
    if (challenge.length == 0) {
      throw protocol("sent an empty challenge where a security layer offer was due");
    }
    SecurityLayer wrapping = initiator().layer();
    LayerOffer offer;
    try {
      offer = LayerOffer.read(wrapping.unwrap(challenge, 0, challenge.length));
    } catch (IllegalArgumentException e) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER, tried() + ": the server sent " + e.getMessage() + ".", e);
    }
    Qop chosen = firstOffered(offer);
    int maxReceive = settings().maxBuffer;
    SecurityLayer negotiated = wrapping.agreed(chosen, offer.maxSize(), maxReceive);
    String identity = identityToActAs();
    byte[] answer =
        new LayerChoice(
                chosen,
                chosen == Qop.AUTH ? 0 : maxReceive,
                Optional.of(identity).filter(id -> !id.isEmpty()))
            .encode();
    byte[] response = wrapping.wrap(answer, 0, answer.length);
    choice = chosen;
    complete(negotiated);
    return response;
  }

  private Qop firstOffered(LayerOffer offer) throws SaslException {
    for (Qop wanted : settings().qop) {
      if (offer.layers().contains(wanted)) {
        return wanted;
      }
    }
    throw new SpnegoException(
        Reason.SECURITY_LAYER,
        tried()
            + ": the server offers the layers "
            + offer.layers()
            + ", and "
            + settings().qop
            + " are asked for.",
        null);
  }

  /**
   * The authorization identity, where the user asked for one. Angus Mail passes the user's name
   * where nothing was asked for, and that is no Kerberos identity.
   */
  private String identityToActAs() throws SaslException {
    String set = settings().authorizationId;
    if (!set.isEmpty() || authorizationId == null) {
      return set;
    }
    return authorizationId.equals(new UserAndPassword(handler).name()) ? "" : authorizationId;
  }

  private void complete(SecurityLayer negotiated) {
    layer = negotiated;
    state = State.COMPLETE;
    if (negotiated.qop() == Qop.AUTH) {
      initiator().dispose(); // no message will be wrapped, and Angus never disposes
    }
  }

  /**
   * Takes the server's success, which counts only where the client got what it was to get.
   *
   * @throws SpnegoException if it does not count
   */
  void serverSucceeded() throws SpnegoException {
    try {
      if (failure != null) {
        throw failure;
      }
      if (state == State.START) {
        throw protocol("reported success before the client said anything");
      }
      SuccessCheck.check(
          this::tried, settings(), state != State.NEGOTIATING, choice, identityToActAs());
    } catch (SaslException e) {
      throw fail(explained(e));
    }
    if (state != State.COMPLETE) {
      proved(); // or no proof was asked for
      complete(SecurityLayer.NONE);
    }
  }

  /** Whether nothing was said yet, so that what the server sends is a mere prompt. */
  boolean isUnstarted() {
    return state == State.START;
  }

  /** What went wrong; null where nothing did. */
  @Nullable SpnegoException failure() {
    return failure;
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
    if (state == State.COMPLETE || state == State.FAILED) {
      disposeInitiator();
    } else {
      end(
          new SpnegoException(
              Reason.DISPOSED, tried() + ": the client was disposed in " + state + ".", null));
    }
  }

  private SpnegoException fail(SpnegoException e) {
    if (state != State.FAILED) {
      LOGGER.log(Level.WARNING, e.getMessage());
      end(e);
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
    firstToken = null;
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

  private ClientSettings settings() throws SaslException {
    if (settings == null) {
      settings = configuration.run();
    }
    return settings;
  }

  private SpnegoInitiator initiator() {
    return Objects.requireNonNull(initiator);
  }

  private SecurityLayer negotiated() {
    if (layer == null) {
      throw new IllegalStateException("the exchange is in " + state + ", not complete");
    }
    return layer;
  }

  private SpnegoException explained(Exception e) {
    return e instanceof SpnegoException explained
        ? explained
        : new SpnegoException(
            Reason.GSS_FAILURE, tried() + ": an unforeseen error (" + e + ").", e);
  }

  private SpnegoException protocol(String what) {
    return new SpnegoException(Reason.PROTOCOL, tried() + ": the server " + what + ".", null);
  }

  /** What is being tried, as the start of a sentence. */
  String tried() {
    if (settings == null) {
      return "Authenticating with " + mechanism;
    }
    String what = "Authenticating to " + settings.target;
    return credentials == null ? what : what + " " + credentials.describe();
  }
}
