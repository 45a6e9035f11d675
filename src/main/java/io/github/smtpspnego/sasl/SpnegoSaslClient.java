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
import io.github.smtpspnego.settings.InitialResponse;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SettingsReader;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import org.jspecify.annotations.Nullable;

/**
 * The client of RFC 2222 section 7.2.1 with SPNEGO tokens, which MS-SSEAN calls {@code GSSAPI}.
 *
 * <p>Nothing is read or requested before the first call of {@link #hasInitialResponse} or {@link
 * #evaluateChallenge}. After a failure every call throws the same exception.
 */
public final class SpnegoSaslClient extends SaslExchange implements SaslClient {
  private final SettingsReader reader;
  private final @Nullable String serverName;
  private final @Nullable String authorizationId;
  private final @Nullable CallbackHandler handler;
  private final boolean warns;

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
    super(mechanism, "client", "server");
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
    checkNotFailed();
    try {
      return settings().initialResponse;
    } catch (SpnegoException | RuntimeException e) {
      throw fail(e);
    }
  }

  @Override
  public byte[] evaluateChallenge(byte[] challenge) throws SpnegoException {
    return Objects.requireNonNull(next(challenge)); // a client answers every challenge
  }

  @Override
  byte[] answer(byte[] challenge) throws SpnegoException {
    if (state == State.START) {
      return start(challenge);
    }
    if (state == State.NEGOTIATING) {
      return negotiate(challenge);
    }
    if (state == State.ESTABLISHED) {
      return chooseLayer(challenge);
    }
    throw new IllegalStateException("a client in " + state);
  }

  /** Returns the NegTokenInit. The client speaks first, so the challenge must be empty. */
  private byte[] start(byte[] challenge) throws SpnegoException {
    if (challenge.length != 0) {
      throw protocol("sent a challenge before the client's first token");
    }
    ClientSettings read = settings();
    InitiatorCredentials found = new InitiatorFinder(read.credentials, handler).find();
    credentials = found;
    TicketAttempt begun = found.begin(read.target);
    attempt = begun;
    SpnegoInitiator made =
        new SpnegoInitiator(begun.name(), found.credential(), read.flags, tried());
    initiator = made;
    byte[] token = begun.firstToken(made::firstToken);
    if (read.flags.delegation() && !made.isDelegated()) {
      DelegationWarning.warn(tried());
    }
    state = State.NEGOTIATING;
    return token;
  }

  private byte[] negotiate(byte[] challenge) throws SpnegoException {
    checkToken(challenge);
    byte[] token = initiator().nextToken(challenge);
    if (initiator().isEstablished()) {
      state = State.ESTABLISHED;
      endAttempt(state);
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
    SecurityLayer wrapping = initiator().layer();
    LayerOffer offer;
    try {
      offer = LayerOffer.read(wrapping.unwrap(challenge, 0, challenge.length));
    } catch (IllegalArgumentException e) {
      throw layerFailure("the server sent " + e.getMessage(), e);
    }
    List<Qop> acceptable = new ArrayList<>(settings().qop);
    acceptable.retainAll(offer.layers());
    if (acceptable.isEmpty()) {
      throw layerFailure(
          "the server offers the layers "
              + offer.layers()
              + ", and "
              + settings().qop
              + " are asked for",
          null);
    }
    Qop chosen = acceptable.get(0);
    int maxBuffer = settings().maxBuffer;
    SecurityLayer agreed = wrapping.agreed(chosen, offer.maxSize(), maxBuffer);
    byte[] answer =
        new LayerChoice(chosen, chosen == Qop.AUTH ? 0 : maxBuffer, identityToActAs()).encode();
    byte[] token = wrapping.wrap(answer, 0, answer.length);
    choice = chosen;
    complete(agreed);
    return token;
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

  /**
   * Processes the server's success (235 in SMTP). In MS-SSEAN section 4.1 it follows the context;
   * in RFC 2222 section 7.2.1 it follows the client's layer choice.
   *
   * @throws SpnegoException if the success is rejected: the server's proof is missing and {@code
   *     mutualauth=true}, a layer offer was required and did not come, or the negotiated layer
   *     cannot be used
   */
  public void serverSucceeded() throws SpnegoException {
    checkNotFailed();
    try {
      if (state == State.START) {
        throw protocol("reported success before the client said anything");
      }
      checkSuccess(settings());
    } catch (SpnegoException e) {
      throw fail(e);
    }
    if (state != State.COMPLETE) {
      complete(SecurityLayer.NONE);
    }
  }

  private void checkSuccess(ClientSettings wanted) throws SpnegoException {
    if (wanted.flags.mutualAuth() && state == State.NEGOTIATING) {
      throw new SpnegoException(
          Reason.NO_SERVER_PROOF,
          tried() + ": the server reported success without proving that it has the key.",
          null);
    }
    if (choice != null && choice != Qop.AUTH) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          tried()
              + ": the layer "
              + choice
              + " was agreed on, and SMTP commands cannot be wrapped in it.",
          "Set " + Sasl.QOP + "=auth, and use TLS to protect the connection.",
          null);
    }
    String missed = choice == null ? missedWithoutOffer(wanted) : "";
    if (!missed.isEmpty()) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          tried() + ": the server reported success without a security layer offer, " + missed + ".",
          "Check "
              + Sasl.QOP
              + ", mail.smtp.sasl.authorizationid and mail.smtp.sasl.spnego.securitylayer.",
          null);
    }
  }

  /**
   * What the server does not know without the client's layer choice, as a part of a sentence; empty
   * for nothing that the client wants.
   */
  private String missedWithoutOffer(ClientSettings wanted) throws SpnegoException {
    if (wanted.layerEnding == LayerEnding.REQUIRED) {
      return "which securitylayer=required asks for";
    }
    if (!wanted.qop.contains(Qop.AUTH)) {
      return "and " + Sasl.QOP + " asks for " + wanted.qop;
    }
    String identity = identityToActAs();
    return identity.isEmpty()
        ? ""
        : "so the authorization identity " + identity + " could not be sent";
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    return negotiated().property(name);
  }

  /** Disposes of a client whose first token was not sent, so that its ticket is not dropped. */
  public void disposeUnsent() {
    endAttempt(State.START);
    dispose();
  }

  @Override
  void report(SpnegoException ended) {
    if (warns) {
      LOGGER.log(Level.WARNING, ended.getMessage());
    }
  }

  @Override
  void release(State last) {
    endAttempt(last);
    if (initiator != null) {
      initiator.dispose();
    }
  }

  private void endAttempt(State last) {
    TicketAttempt ending = attempt;
    attempt = null; // it ends once
    if (ending != null && last == State.NEGOTIATING) {
      ending.failed();
    } else if (ending != null) {
      ending.proved(); // or the ticket was not sent yet, or no proof was requested
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

  @Override
  SpnegoException explained(Exception e) {
    return super.explained(e).forProtocol(reader.protocol());
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
