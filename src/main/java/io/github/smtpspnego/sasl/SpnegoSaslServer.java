package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.AcceptedNames;
import io.github.smtpspnego.credentials.SpnegoAction;
import io.github.smtpspnego.gss.Peer;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.SecurityLayer;
import io.github.smtpspnego.gss.SpnegoAcceptor;
import io.github.smtpspnego.kerberos.Printable;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;

/**
 * The server of RFC 2222 section 7.2.2 with SPNEGO tokens (MS-SSEAN), and with Kerberos tokens for
 * clients of RFC 4752.
 *
 * <p>The last context token is sent as a challenge, which the client answers with an empty
 * response, since SMTP has no data in its success reply (RFC 4954 section 4). The layer offer or
 * the success follows. So only the last call returns null.
 *
 * <p>Nothing is read before the first response. A failure is reported once, and every later call
 * throws it again.
 */
public final class SpnegoSaslServer extends SaslExchange implements SaslServer {
  private static final byte[] NOTHING = {};

  private final SpnegoAction<ServerSettings> configuration;
  private final Consumer<SpnegoException> failures;

  // Null before the first token came.
  private @Nullable ServerSettings settings;
  private @Nullable SpnegoAcceptor acceptor;

  private List<Qop> offered = List.of();

  /** Empty before the exchange is complete. */
  private String authorizationId = "";

  /**
   * Creates a server.
   *
   * @param configuration gives the settings when the first token comes
   * @param failures is called with the failure that ends the exchange
   */
  public SpnegoSaslServer(
      String mechanism,
      SpnegoAction<ServerSettings> configuration,
      Consumer<SpnegoException> failures) {
    super(mechanism, "server", "client");
    this.configuration = configuration;
    this.failures = failures;
  }

  @Override
  public byte @Nullable [] evaluateResponse(byte[] response) throws SpnegoException {
    return next(response);
  }

  @Override
  byte @Nullable [] answer(byte[] response) throws SpnegoException {
    if (state == State.START || state == State.INVITED) {
      return start(response);
    }
    if (state == State.NEGOTIATING) {
      return negotiate(response);
    }
    if (state == State.ESTABLISHED) {
      return afterLastToken(response);
    }
    if (state == State.OFFERED) {
      return choose(response);
    }
    throw new IllegalStateException("a server in " + state);
  }

  /** Begins. A client that waits for the server gets an empty challenge, once. */
  private byte @Nullable [] start(byte[] response) throws SpnegoException {
    if (response.length == 0) {
      if (state == State.INVITED) {
        throw protocol("sent no first token");
      }
      state = State.INVITED;
      return NOTHING;
    }
    ServerSettings read = configuration.run();
    settings = read;
    acceptor =
        new SpnegoAcceptor(
            read.credentials(),
            read.replays(),
            "Accepting a client " + read.credentials().describe());
    state = State.NEGOTIATING;
    return negotiate(response);
  }

  private byte @Nullable [] negotiate(byte[] response) throws SpnegoException {
    checkToken(response);
    byte[] token = acceptor().accept(response);
    if (!acceptor().isEstablished()) {
      return token;
    }
    checkRealm(acceptor().peer());
    state = State.ESTABLISHED;
    return token.length == 0 ? afterLastToken(NOTHING) : token;
  }

  /** Checks that clients of this realm are accepted: the KDC may trust more realms. */
  private void checkRealm(Peer peer) throws SpnegoException {
    AcceptedNames names = settings().credentials().names();
    if (!names.acceptsClientOf(peer.clientRealm(), peer.serverRealm())) {
      throw new SpnegoException(
          Reason.NOT_AUTHORIZED,
          tried() + ": clients of its realm are not accepted.",
          "To accept them, set the server's realms: the key's own realm and theirs.",
          null);
    }
  }

  /** Makes the layer offer, RFC 2222 section 7.2.2, or ends without one. */
  private byte @Nullable [] afterLastToken(byte[] response) throws SpnegoException {
    if (response.length != 0) {
      throw protocol("sent data where an empty response to the last token was due");
    }
    if (!settings().makesOffer(mechanism, acceptor().isSpnego())) {
      authorize("", SecurityLayer.NONE);
      return null;
    }
    List<Qop> wanted = settings().qop();
    SecurityLayer wrapping = acceptor().layer();
    offered = wrapping.possible(wanted);
    if (offered.isEmpty()) {
      throw layerFailure("the client's context allows none of the layers " + wanted, null);
    }
    // RFC 4752 section 3.2: no layer, no size.
    int maxSize = offered.equals(List.of(Qop.AUTH)) ? 0 : settings().maxBuffer();
    byte[] offer = new LayerOffer(offered, maxSize).encode();
    byte[] challenge = wrapping.wrap(offer, 0, offer.length);
    state = State.OFFERED;
    return challenge;
  }

  private byte @Nullable [] choose(byte[] response) throws SpnegoException {
    SecurityLayer wrapping = acceptor().layer();
    LayerChoice choice;
    try {
      choice = LayerChoice.read(wrapping.unwrap(response, 0, response.length));
    } catch (IllegalArgumentException e) {
      throw layerFailure("the client sent " + e.getMessage(), e);
    }
    Qop chosen = choice.layer();
    if (!offered.contains(chosen)) {
      throw layerFailure("the client chose " + chosen + ", and " + offered + " were offered", null);
    }
    authorize(
        choice.authorizationId(),
        wrapping.agreed(chosen, choice.maxSize(), settings().maxBuffer()));
    return null;
  }

  /** Completes the exchange if the client may act as the requested identity; empty for itself. */
  private void authorize(String requested, SecurityLayer negotiated) throws SpnegoException {
    Peer peer = acceptor().peer();
    authorizationId =
        Authorizer.grant(settings().authorization(), peer.client(), peer.serverRealm(), requested);
    complete(negotiated);
  }

  @Override
  public String getAuthorizationID() {
    negotiated();
    return authorizationId;
  }

  /** The authenticated client's principal with its realm. */
  public String principal() {
    negotiated();
    return acceptor().peer().client();
  }

  /** The server's principal with its realm, whose key decrypted the client's ticket. */
  public String target() {
    negotiated();
    return acceptor().peer().server();
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    if (name.equals(Sasl.BOUND_SERVER_NAME)) {
      return ServerSettings.hostOf(target());
    }
    SecurityLayer negotiated = negotiated();
    return name.equals(Sasl.CREDENTIALS)
        ? acceptor().peer().delegated().orElse(null)
        : negotiated.property(name);
  }

  @Override
  void report(SpnegoException ended) {
    failures.accept(ended);
  }

  /** Disposes of the context, and of the forwarded ticket of a client that is not let in. */
  @Override
  void release(State last) {
    if (acceptor != null) {
      acceptor.dispose();
      if (last != State.COMPLETE) {
        disposeOfDelegated();
      }
    }
  }

  /** Disposes of the ticket that the client forwarded. */
  public void disposeOfDelegated() {
    acceptor().disposeOfDelegated();
  }

  private ServerSettings settings() {
    return Objects.requireNonNull(settings);
  }

  private SpnegoAcceptor acceptor() {
    return Objects.requireNonNull(acceptor);
  }

  @Override
  String tried() {
    if (acceptor == null) {
      return "Accepting a client with " + mechanism;
    }
    String client = acceptor.isEstablished() ? Printable.of(acceptor.peer().client()) : "a client";
    return "Accepting " + client + " " + settings().credentials().describe();
  }
}
