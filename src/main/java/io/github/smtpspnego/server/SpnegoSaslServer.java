package io.github.smtpspnego.server;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.AcceptorCredentials;
import io.github.smtpspnego.credentials.AcceptorFinder;
import io.github.smtpspnego.gss.LayerMessage;
import io.github.smtpspnego.gss.Printable;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.SecurityLayer;
import io.github.smtpspnego.gss.SpnegoAcceptor;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;

/**
 * The server of RFC 2222 section 7.2.2 around SPNEGO (MS-SSEAN), and around Kerberos for clients of
 * RFC 4752.
 *
 * <p>The last context token goes out as a challenge, and the client answers it with an empty
 * response, since SMTP has no data in its success reply (RFC 4954 section 4). Then comes the layer
 * offer, or success. So no response but the last one ever returns null.
 *
 * <p>Nothing is looked up or read before the first response. Every failure is logged once as a
 * warning, and is thrown again by every later call.
 */
final class SpnegoSaslServer implements SaslServer {
  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");

  /** Kerberos takes one round, two where it is not the client's first choice. */
  private static final int MOST_ROUNDS = 8;

  private static final byte[] NOTHING = {};

  /** Where the settings come from, at the first call. */
  interface Configuration {
    ServerSettings read() throws SpnegoException;
  }

  private enum State {
    /** Nothing received. */
    START,
    /** The client was told to begin, since it sent an empty response. */
    INVITED,
    /** Tokens of the client's are awaited. */
    NEGOTIATING,
    /** The context is established and its last token sent; an empty response is awaited. */
    ESTABLISHED,
    /** The layer offer is sent; the client's choice is awaited. */
    OFFERED,
    /** The client is authenticated and authorized. */
    COMPLETE,
    /** Every call throws what went wrong. */
    FAILED
  }

  private final String mechanism;
  private final Configuration configuration;
  private final Authorization authorization;

  private State state = State.START;
  private int rounds;
  private @Nullable SpnegoException failure;
  private @Nullable Exchange exchange;
  private List<Qop> offered = List.of();
  private @Nullable Outcome outcome;

  /** What is there once the first token came. */
  private record Exchange(
      ServerSettings settings, AcceptorCredentials credentials, SpnegoAcceptor acceptor) {}

  /** What is there once the exchange is complete. */
  private record Outcome(String authorizationId, SecurityLayer layer) {}

  SpnegoSaslServer(String mechanism, Configuration configuration, Authorization authorization) {
    this.mechanism = mechanism;
    this.configuration = configuration;
    this.authorization = authorization;
  }

  @Override
  public String getMechanismName() {
    return mechanism;
  }

  @Override
  public byte @Nullable [] evaluateResponse(byte[] response) throws SaslException {
    State before = state;
    try {
      byte[] challenge =
          switch (before) {
            case START, INVITED -> start(response);
            case NEGOTIATING -> negotiate(exchange(), response);
            case ESTABLISHED -> afterLastToken(exchange(), response);
            case OFFERED -> choose(exchange(), response);
            case COMPLETE -> throw protocol("sent a response after the exchange was complete");
            case FAILED -> throw failure();
          };
      LOGGER.log(
          Level.DEBUG,
          "{0}: {1} octets received in {2}, {3} octets to send in {4}",
          mechanism,
          response.length,
          before,
          challenge == null ? 0 : challenge.length,
          state);
      return challenge;
    } catch (SpnegoException e) {
      throw before == State.COMPLETE ? e : fail(e);
    } catch (SaslException | RuntimeException e) {
      throw fail(
          new SpnegoException(
              Reason.GSS_FAILURE, tried() + ": an unforeseen error (" + e + ").", e));
    }
  }

  /** The client speaks first; to a client that waits for the server an empty challenge says so. */
  private byte @Nullable [] start(byte[] response) throws SaslException {
    if (response.length == 0) {
      if (state == State.INVITED) {
        throw protocol("sent no first token");
      }
      state = State.INVITED;
      return NOTHING;
    }
    ServerSettings settings = configuration.read();
    AcceptorCredentials credentials = new AcceptorFinder(settings.credentials()).find();
    SpnegoAcceptor acceptor =
        credentials.run(
            () ->
                new SpnegoAcceptor(
                    credentials.credential().orElse(null),
                    "Accepting a client " + credentials.describe(),
                    credentials::keys));
    exchange = new Exchange(settings, credentials, acceptor);
    state = State.NEGOTIATING;
    return negotiate(exchange, response);
  }

  private byte @Nullable [] negotiate(Exchange current, byte[] response) throws SaslException {
    if (response.length == 0) {
      throw protocol("sent an empty response where a token was due");
    }
    if (++rounds > MOST_ROUNDS) {
      throw protocol("sent more than " + MOST_ROUNDS + " tokens");
    }
    byte[] token = accept(current, response);
    if (!current.acceptor().isEstablished()) {
      return token;
    }
    checkTarget(current);
    state = State.ESTABLISHED;
    return token.length == 0 ? afterLastToken(current, NOTHING) : token;
  }

  private static byte[] accept(Exchange current, byte[] response) throws SaslException {
    try {
      return current.credentials().run(() -> current.acceptor().accept(response));
    } catch (SpnegoException e) {
      throw isAboutKeys(e.reason()) ? current.credentials().fault(e).orElse(e) : e;
    }
  }

  private static boolean isAboutKeys(Reason reason) {
    return switch (reason) {
      case ACCEPTOR_CREDENTIALS, ENCRYPTION_TYPE, MESSAGE_MODIFIED, GSS_FAILURE -> true;
      default -> false;
    };
  }

  private void checkTarget(Exchange current) throws SpnegoException {
    String target = current.acceptor().target();
    AcceptedNames names = current.settings().names();
    if (!names.accept(target)) {
      throw new SpnegoException(
          Reason.NOT_AUTHORIZED,
          tried() + ": its ticket is for " + Printable.of(target) + ", not for " + names + ".",
          "Have the client use the server's own name; or set the server's principal, * for any"
              + " name that its keytab holds.",
          null);
    }
  }

  /** Makes the layer offer, RFC 2222 section 7.2.2, or ends without one. */
  private byte @Nullable [] afterLastToken(Exchange current, byte[] response)
      throws SpnegoException {
    if (response.length != 0) {
      throw protocol("sent data where an empty response to the last token was due");
    }
    ServerSettings settings = current.settings();
    if (!settings.makesOffer(mechanism, current.acceptor().isSpnego())) {
      complete(current, Optional.empty(), SecurityLayer.NONE);
      return null;
    }
    offered = current.acceptor().possible(settings.qop());
    if (offered.isEmpty()) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          tried() + ": the client's context allows none of the layers " + settings.qop() + ".",
          null);
    }
    // RFC 4752 section 3.2: no layer, no size.
    int maxSize = offered.equals(List.of(Qop.AUTH)) ? 0 : settings.maxBuffer();
    byte[] offer = new LayerMessage(offered, maxSize, Optional.empty()).encode();
    byte[] challenge = current.acceptor().layer().wrap(offer, 0, offer.length);
    state = State.OFFERED;
    return challenge;
  }

  private byte @Nullable [] choose(Exchange current, byte[] response) throws SpnegoException {
    LayerMessage choice;
    try {
      byte[] plain = current.acceptor().layer().unwrap(response, 0, response.length);
      choice = LayerMessage.readChoice(plain);
    } catch (IllegalArgumentException e) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER, tried() + ": the client sent " + e.getMessage() + ".", e);
    }
    Qop chosen = choice.layers().get(0);
    if (!offered.contains(chosen)) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          tried() + ": the client chose " + chosen + ", and " + offered + " were offered.",
          null);
    }
    SecurityLayer layer =
        current.acceptor().layer().agreed(chosen, choice.maxSize(), current.settings().maxBuffer());
    complete(current, choice.authorizationId(), layer);
    return null;
  }

  /** The one way to success. */
  private void complete(Exchange current, Optional<String> requested, SecurityLayer layer)
      throws SpnegoException {
    String granted = authorization.grant(current.acceptor().client(), requested);
    outcome = new Outcome(granted, layer);
    state = State.COMPLETE;
    if (layer.qop() == Qop.AUTH) {
      current.acceptor().dispose(); // no message will be wrapped
    }
  }

  @Override
  public boolean isComplete() {
    return state == State.COMPLETE;
  }

  @Override
  public String getAuthorizationID() {
    return outcome().authorizationId();
  }

  /** The client's principal, which it proved to be. */
  String principal() {
    outcome();
    return exchange().acceptor().client();
  }

  @Override
  public byte[] unwrap(byte[] incoming, int offset, int length) throws SaslException {
    return outcome().layer().unwrap(incoming, offset, length);
  }

  @Override
  public byte[] wrap(byte[] outgoing, int offset, int length) throws SaslException {
    return outcome().layer().wrap(outgoing, offset, length);
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    SecurityLayer layer = outcome().layer();
    return switch (name) {
      case Sasl.BOUND_SERVER_NAME ->
          AcceptedNames.hostOf(exchange().acceptor().target()).orElse(null);
      case Sasl.CREDENTIALS -> exchange().acceptor().delegated().orElse(null);
      default -> layer.property(name);
    };
  }

  /** Forgets keys; may be called again. What was negotiated can still be asked. */
  @Override
  public void dispose() {
    if (exchange != null) {
      exchange.acceptor().dispose();
    }
    if (state != State.COMPLETE && state != State.FAILED) {
      failure =
          new SpnegoException(
              Reason.DISPOSED,
              tried() + ": the server was disposed in " + state + ".",
              "Create a new SASL server for a new exchange.",
              null);
      state = State.FAILED;
    }
  }

  private SpnegoException fail(SpnegoException e) {
    if (state != State.FAILED) {
      failure = e;
      state = State.FAILED;
      LOGGER.log(Level.WARNING, e.getMessage());
      if (exchange != null) {
        exchange.acceptor().dispose();
      }
    }
    return e;
  }

  private SpnegoException failure() {
    return Objects.requireNonNull(failure);
  }

  private Exchange exchange() {
    return Objects.requireNonNull(exchange);
  }

  private Outcome outcome() {
    if (outcome == null) {
      throw new IllegalStateException("the exchange is in " + state + ", not complete");
    }
    return outcome;
  }

  private SpnegoException protocol(String what) {
    return new SpnegoException(
        Reason.PROTOCOL,
        tried() + ": the client " + what + ".",
        "Report it to the client's maker with the log of the exchange.",
        null);
  }

  private String tried() {
    return exchange == null
        ? "Accepting a client with " + mechanism
        : "Accepting "
            + (exchange.acceptor().isEstablished()
                ? Printable.of(exchange.acceptor().client())
                : "a client")
            + " "
            + exchange.credentials().describe();
  }
}
