package io.github.smtpspnego.smtp;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.sasl.SpnegoSaslClient;
import io.github.smtpspnego.settings.InitialResponse;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.lang.System.Logger.Level;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the AUTH command (RFC 4954) with SPNEGO (MS-SSEAN), for any SMTP client:
 * replies in, lines out.
 *
 * <pre>{@code
 * try (SmtpAuthClient auth = new SmtpAuthClient("mail.contoso.com", Map.of())) {
 *   String line = auth.firstLine(ehloReply, isTls); // "AUTH GSSAPI YIIC..."
 *   while (!auth.isComplete()) {
 *     send(line);
 *     line = auth.nextLine(readReply());
 *   }
 * }
 * // The server let the client in and has proved its identity.
 * }</pre>
 *
 * <p>An exchange ends with an accepted success or with a {@link SpnegoException}, which is logged
 * once as a warning. After an exception the connection is to be closed: the server may be waiting
 * for a response. The mail must not be sent.
 *
 * <p>This class handles the following for every SMTP client:
 *
 * <ul>
 *   <li>With {@code initialresponse=auto} the AUTH line does not exceed 512 octets (RFC 4954
 *       section 4). A longer token is sent after the server's first 334.
 *   <li>A first 334 with plain text, such as Exchange's {@code 334 GSSAPI supported}, is treated as
 *       empty.
 *   <li>With {@code mutualauth=true} a 235 is accepted only after the server's proof.
 *   <li>A server that sends 334 without end is rejected.
 * </ul>
 *
 * <p>The settings are {@code mail.smtp.sasl.spnego.*} ({@link io.github.smtpspnego.SpnegoOption}),
 * {@code mail.smtp.sasl.authorizationid} and {@code javax.security.sasl.*}. A setting that is not
 * given is read from the system properties.
 *
 * <p>One object serves one AUTH command. It is not safe for use by several threads. How long a
 * server may take for a reply is up to the caller's connection.
 */
public final class SmtpAuthClient implements AutoCloseable {
  /**
   * The longest command line that every server reads, in octets with CRLF: RFC 5321 section
   * 4.5.3.1.4.
   */
  static final int LINE_LIMIT = 512;

  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");
  private static final byte[] EMPTY = {};

  private enum State {
    /** No line is sent yet. */
    START,
    /** AUTH is sent without the first token; the server's first 334 is awaited. */
    PROMPT,
    /** Challenges, or the server's success, are awaited. */
    EXCHANGE,
    /** The server's success is accepted. */
    COMPLETE,
    /** Every call throws the failure. */
    FAILED
  }

  private final String serverName;
  private final SettingsReader settings;
  private final boolean policiesHold;
  private final List<String> mechanisms;
  private final @Nullable CallbackHandler handler;

  private State state = State.START;
  private @Nullable SpnegoException failure;
  private @Nullable SpnegoSaslClient sasl;
  private String firstToken = "";
  private boolean isTls;
  private boolean isLongLine;

  /**
   * Creates a client that authenticates without a password: with the credentials that the settings
   * name, or with the user's ticket cache.
   *
   * @param serverName the server's host name, for which the ticket is requested
   * @param settings the settings, a {@link java.util.Properties} say; not copied
   */
  public SmtpAuthClient(String serverName, Map<?, ?> settings) {
    this("smtp", serverName, settings, SaslProperties.MECHANISMS, null);
  }

  /**
   * Creates a client.
   *
   * @param protocol the protocol whose settings are used, {@code smtp} or {@code smtps}
   * @param serverName the server's host name, for which the ticket is requested
   * @param settings the settings, a {@link java.util.Properties} say; not copied
   * @param mechanisms the SASL mechanisms that may be used, best first: {@code GSSAPI}, {@code
   *     GSS-SPNEGO} or both, in any case
   * @param handler answers a {@code NameCallback} and a {@code PasswordCallback}; asked only where
   *     the settings leave a password to be used; null for no user and password
   * @throws IllegalArgumentException if another mechanism is named
   */
  public SmtpAuthClient(
      String protocol,
      String serverName,
      Map<?, ?> settings,
      List<String> mechanisms,
      @Nullable CallbackHandler handler) {
    this.serverName = serverName;
    this.settings = new SettingsReader(protocol, settings);
    this.policiesHold = SaslProperties.policiesHold(settings);
    this.mechanisms = SaslProperties.spnego(mechanisms);
    this.handler = handler;
    if (this.mechanisms.size() < mechanisms.size()) {
      throw new IllegalArgumentException(mechanisms + ", and only GSSAPI and GSS-SPNEGO are known");
    }
  }

  /**
   * Whether a server offers one of the mechanisms (MS-SSEAN section 3.1.5.1).
   *
   * @param ehloReply the server's reply to EHLO, with or without its codes
   * @return true where {@link #firstLine} will give a line
   */
  public boolean isOfferedBy(String ehloReply) {
    return !mechanism(AuthOffer.parse(ehloReply)).isEmpty();
  }

  /**
   * Begins the exchange: requests a ticket and makes the AUTH command.
   *
   * @param ehloReply the server's reply to EHLO, with or without its codes
   * @param isTls whether the connection is under TLS
   * @return the line to send, without its CRLF
   * @throws SpnegoException if the server does not offer the mechanism, a setting has a bad value,
   *     there are no credentials, or the KDC gives no ticket
   */
  public String firstLine(String ehloReply, boolean isTls) throws SpnegoException {
    requireState(State.START);
    this.isTls = isTls;
    settings.warnOfUnknownNames();
    AuthOffer offer = AuthOffer.parse(ehloReply);
    String mechanism = mechanism(offer);
    if (mechanism.isEmpty()) {
      throw fail(notOffered(offer));
    }
    if (!policiesHold) {
      throw fail(
          new SpnegoException(
              Reason.BAD_SETTING,
              "Authenticating to "
                  + serverName
                  + " by "
                  + mechanism
                  + ": a property javax.security.sasl.policy.* asks for what the mechanism does not"
                  + " give (forward secrecy, passing of credentials or no dictionary attacks).",
              null));
    }
    SpnegoSaslClient created =
        new SpnegoSaslClient(mechanism, settings, serverName, null, handler, false);
    sasl = created;
    try {
      InitialResponse initialResponse = created.initialResponse();
      // The token is made before anything is sent, since most failures occur here.
      String token = Base64.getEncoder().encodeToString(created.evaluateChallenge(EMPTY));
      String line = "AUTH " + mechanism + " " + token;
      isLongLine = line.length() + 2 > LINE_LIMIT;
      if (initialResponse == InitialResponse.ALWAYS
          || (initialResponse == InitialResponse.AUTO && !isLongLine)) {
        state = State.EXCHANGE;
        return line;
      }
      isLongLine = false;
      firstToken = token;
      state = State.PROMPT;
      return "AUTH " + mechanism;
    } catch (SpnegoException e) {
      throw fail(e);
    }
  }

  /**
   * Takes the server's reply to the last line.
   *
   * @param reply the reply's lines with their codes; null where the server closed the connection
   * @return the next line to send, without its CRLF; empty after the last one. Ask {@link
   *     #isComplete} before it is sent: a line may be empty
   * @throws SpnegoException if the server refuses, violates the protocol, or reports a success that
   *     is not accepted
   */
  public String nextLine(@Nullable String reply) throws SpnegoException {
    if (state != State.PROMPT) {
      requireState(State.EXCHANGE);
    }
    ServerReply received = ServerReply.parse(reply);
    try {
      if (received.isSuccess()) {
        if (state == State.PROMPT) {
          throw broken("reported success before the client's first token");
        }
        sasl().serverSucceeded();
        state = State.COMPLETE;
        return "";
      }
      if (!received.isChallenge()) {
        throw Refusal.explain(received, isTls, isLongLine, tried());
      }
      return state == State.PROMPT ? answerPrompt(received) : answer(received);
    } catch (SpnegoException e) {
      throw fail(e);
    }
  }

  /**
   * Whether the client is authenticated and the server, where that is required, has proved its
   * identity.
   *
   * @return true after the server's success
   */
  public boolean isComplete() {
    return state == State.COMPLETE;
  }

  /**
   * Ends an exchange whose AUTH command the server refused because it requires TLS first (reply
   * 530, RFC 4954 section 4). The server has not read the token, so the ticket is kept.
   */
  public void withdraw() {
    if (sasl != null) {
      sasl.disposeUnsent();
    }
    close();
  }

  /** Disposes of the context, and ends an exchange that is not complete; may be called again. */
  @Override
  public void close() {
    if (sasl != null && firstToken.isEmpty()) {
      sasl.dispose();
    } else if (sasl != null) {
      sasl.disposeUnsent();
    }
    firstToken = "";
    if (state != State.COMPLETE && state != State.FAILED) {
      state = State.FAILED;
      failure =
          new SpnegoException(
              Reason.DISPOSED,
              tried() + ": the exchange was closed before its end.",
              "Create a new SmtpAuthClient for a new AUTH command.",
              null);
    }
  }

  /**
   * Answers the first 334, which may contain plain text. Octets would be a challenge of another
   * mechanism.
   */
  private String answerPrompt(ServerReply prompt) throws SpnegoException {
    Optional<byte[]> octets = prompt.challenge();
    if (octets.isPresent() && octets.get().length > 0) {
      throw broken("sent a challenge before the client's first token");
    }
    String token = firstToken;
    firstToken = "";
    state = State.EXCHANGE;
    return token;
  }

  private String answer(ServerReply received) throws SpnegoException {
    if (sasl().isComplete()) {
      throw broken("asks for more after the client's last token (" + received.describe() + ")");
    }
    Optional<byte[]> challenge = received.challenge();
    if (challenge.isEmpty()) {
      throw broken("sent " + received.describe());
    }
    return Base64.getEncoder().encodeToString(sasl().evaluateChallenge(challenge.get()));
  }

  /** The first of the mechanisms that is offered; empty if none is. */
  private String mechanism(AuthOffer offer) {
    for (String name : mechanisms) {
      if (offer.mechanisms().contains(name)) {
        return name;
      }
    }
    return "";
  }

  private SpnegoException notOffered(AuthOffer offer) {
    boolean isBeforeTls = offer.startTls() && !isTls;
    Reason reason = isBeforeTls ? Reason.TLS_REQUIRED : Reason.NOT_OFFERED;
    return new SpnegoException(
        reason,
        "Authenticating to "
            + serverName
            + " by "
            + String.join(", ", mechanisms)
            + ": the server offers "
            + offer.describe()
            + (isBeforeTls ? " before TLS." : ".")
            + " No credentials were sent.",
        null);
  }

  private String tried() {
    return sasl == null
        ? "Authenticating to " + serverName
        : sasl.tried() + " by AUTH " + sasl.getMechanismName();
  }

  private SpnegoException broken(String what) {
    return new SpnegoException(Reason.PROTOCOL, tried() + ": the server " + what + ".", null);
  }

  private SpnegoException fail(SpnegoException e) {
    SpnegoException told = e.forProtocol(settings.protocol());
    state = State.FAILED;
    failure = told;
    LOGGER.log(Level.WARNING, told.getMessage());
    close();
    return told;
  }

  private void requireState(State expected) throws SpnegoException {
    if (failure != null) {
      throw failure;
    }
    if (state != expected) {
      throw new IllegalStateException("the exchange is in " + state);
    }
  }

  private SpnegoSaslClient sasl() {
    return Objects.requireNonNull(sasl);
  }
}
