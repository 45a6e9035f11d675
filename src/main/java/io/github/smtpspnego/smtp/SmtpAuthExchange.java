package io.github.smtpspnego.smtp;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.sasl.Authorization;
import io.github.smtpspnego.sasl.FailureLog;
import io.github.smtpspnego.sasl.ServerSettings;
import io.github.smtpspnego.sasl.SpnegoSaslServer;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * The AUTH command of an SMTP server (RFC 4954) for GSSAPI and GSS-SPNEGO: lines in, replies out.
 *
 * <pre>{@code
 * SmtpAuthExchange exchange = new SmtpAuthExchange("mail.example.com", Map.of(
 *     "mail.smtp.sasl.spnego.keytab", "/etc/mail.keytab"));
 * Reply reply = exchange.auth(authLine); // "AUTH GSSAPI YIIC..."
 * send(reply.line());
 * while (reply.isContinuation()) {
 *   reply = exchange.auth(readLine());
 *   send(reply.line());
 * }
 * if (reply.isSuccess()) {
 *   user = exchange.authorizationId();
 * }
 * }</pre>
 *
 * <p>One object serves one connection, or one AUTH command; after a failure the next AUTH may come,
 * after success it is refused. Making one reads no file. It is not safe for several threads. What
 * the server's administrator must know of a failure is in the log; the client is told no more than
 * helps it.
 */
public final class SmtpAuthExchange implements AutoCloseable {
  /** The longest line taken, in octets: RFC 4954 section 4. */
  public static final int MAX_LINE = 12288;

  private static final FailureLog FAILURES = new FailureLog();
  private static final String PROTOCOL = "smtp";
  private static final String CANCEL = "*";
  private static final String EMPTY_INITIAL_RESPONSE = "=";
  private static final byte[] NOTHING = {};

  private final SettingsReader settings;
  private final @Nullable String serverName;
  private final Authorization authorization;
  private @Nullable SpnegoSaslServer server;

  /** The one that let the client in; disposed, it still tells whom. */
  private @Nullable SpnegoSaslServer succeeded;

  /**
   * Creates an exchange for clients that act as themselves.
   *
   * @param serverName the server's host name, which tickets must be for; null for any
   * @param properties the settings, {@code mail.smtp.sasl.spnego.keytab} say
   */
  public SmtpAuthExchange(@Nullable String serverName, Map<String, ?> properties) {
    this(serverName, properties, String::equals);
  }

  /**
   * Creates an exchange.
   *
   * @param serverName the server's host name, which tickets must be for; null for any
   * @param properties the settings, {@code mail.smtp.sasl.spnego.keytab} say
   * @param mayActAs whether a client with this principal ({@code alice@EXAMPLE.COM}) may act as
   *     this authorization identity; where the client named none it is the principal again
   */
  public SmtpAuthExchange(
      @Nullable String serverName,
      Map<String, ?> properties,
      BiPredicate<String, String> mayActAs) {
    this.settings = SettingsReader.ofServer(PROTOCOL, properties);
    this.serverName = serverName;
    this.authorization =
        new Authorization(
            (client, identity) ->
                mayActAs.test(client, identity) ? Optional.of(identity) : Optional.empty());
    settings.warnOfUnknownNames();
  }

  /**
   * The SASL mechanisms, for the AUTH line of the reply to EHLO (MS-SSEAN section 3.2.3).
   *
   * @return their names
   */
  public static List<String> mechanisms() {
    return SaslProperties.MECHANISMS;
  }

  /**
   * Takes an AUTH command, or the client's next line while {@link Reply#isContinuation} says so.
   *
   * @param line the line without its CRLF; null where the client closed the connection, which
   *     cancels like {@code *}
   * @return the reply to send
   */
  public Reply auth(@Nullable String line) {
    if (line != null && line.length() > MAX_LINE) {
      close();
      return new Reply(500, "5.5.6", "Authentication exchange line is too long");
    }
    String text = line == null ? CANCEL : line.stripTrailing();
    return server == null ? command(text) : response(server, text);
  }

  /**
   * Whether an AUTH command has succeeded.
   *
   * @return true from the reply 235 on
   */
  public boolean isAuthenticated() {
    return succeeded != null;
  }

  /**
   * Who the client proved to be.
   *
   * @return its Kerberos principal with its realm
   * @throws IllegalStateException before success
   */
  public String principal() {
    return succeeded().principal();
  }

  /**
   * Whom the client may act as.
   *
   * @return the authorization identity; the principal where the client named none
   * @throws IllegalStateException before success
   */
  public String authorizationId() {
    return succeeded().getAuthorizationID();
  }

  /**
   * Whom the client took the server for.
   *
   * @return the server's Kerberos principal with its realm, which the client's ticket was for
   * @throws IllegalStateException before success
   */
  public String targetName() {
    return succeeded().target();
  }

  /**
   * The ticket that the client forwarded.
   *
   * @return a credential to act as the client, empty where it forwarded none
   * @throws IllegalStateException before success
   */
  public Optional<GSSCredential> delegatedCredential() {
    return Optional.ofNullable((GSSCredential) succeeded().getNegotiatedProperty(Sasl.CREDENTIALS));
  }

  /** Gives up an AUTH command that is under way; may be called again. A success stays. */
  @Override
  public void close() {
    if (server != null) {
      server.dispose();
      server = null;
    }
  }

  private Reply command(String line) {
    String[] words = line.split(" ", -1);
    if (!words[0].equalsIgnoreCase("AUTH")
        || words.length < 2
        || words.length > 3
        || words[1].isEmpty()) {
      return new Reply(501, "5.5.2", "Syntax: AUTH mechanism [initial-response]");
    }
    if (isAuthenticated()) {
      return new Reply(503, "5.5.1", "Already authenticated");
    }
    String mechanism = words[1].toUpperCase(Locale.ROOT);
    if (!SaslProperties.MECHANISMS.contains(mechanism)) {
      return new Reply(504, "5.5.4", "Unrecognized authentication type");
    }
    SpnegoSaslServer begun =
        new SpnegoSaslServer(
            mechanism,
            () -> ServerSettings.read(settings, serverName, authorization).withoutLayers(),
            failure -> FAILURES.warn(failure, ""));
    server = begun;
    boolean empty = words.length == 2 || words[2].equals(EMPTY_INITIAL_RESPONSE);
    return empty ? evaluate(begun, NOTHING) : decode(begun, words[2]);
  }

  private Reply response(SpnegoSaslServer current, String line) {
    if (line.equals(CANCEL)) {
      close();
      return new Reply(501, "5.7.0", "Authentication canceled");
    }
    return decode(current, line);
  }

  private Reply decode(SpnegoSaslServer current, String base64) {
    byte[] octets;
    try {
      octets = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      octets = null;
    }
    if (octets == null || base64.length() % 4 != 0) { // the JDK forgives missing padding
      close();
      return new Reply(501, "5.5.2", "Cannot decode the response: it is not base64");
    }
    return evaluate(current, octets);
  }

  private Reply evaluate(SpnegoSaslServer current, byte[] octets) {
    byte[] challenge;
    try {
      challenge = current.evaluateResponse(octets);
    } catch (SaslException e) {
      close();
      return failure(e);
    }
    if (challenge != null) {
      return Reply.challenge(Base64.getEncoder().encodeToString(challenge));
    }
    succeeded = current;
    close();
    return Reply.success();
  }

  /** What helps the client, and says nothing of the server's files. */
  private static Reply failure(SaslException e) {
    Reason reason = e instanceof SpnegoException known ? known.reason() : Reason.GSS_FAILURE;
    if (reason == Reason.ACCEPTOR_CREDENTIALS || reason == Reason.BAD_SETTING) {
      return new Reply(454, "4.7.0", "Temporary authentication failure: the server is not set up");
    }
    if (reason == Reason.NOT_SPNEGO) {
      return refused("send SPNEGO with Kerberos, or Kerberos");
    }
    if (reason == Reason.UNDECIDED || reason == Reason.REPLAY_MEMORY) {
      return new Reply(454, "4.7.0", "Temporary authentication failure: try again later");
    }
    if (reason == Reason.WRONG_TARGET) {
      return refused("the ticket is not for this server");
    }
    if (reason == Reason.NOT_AUTHORIZED) {
      return refused("not authorized");
    }
    if (reason == Reason.CLOCK_SKEW) {
      return refused("the clocks differ too much");
    }
    if (reason == Reason.TICKET_EXPIRED) {
      return refused("the ticket has expired");
    }
    return reason == Reason.MESSAGE_MODIFIED || reason == Reason.ENCRYPTION_TYPE
        ? refused("the ticket does not fit this server's key")
        : refused("credentials invalid");
  }

  private static Reply refused(String why) {
    return new Reply(535, "5.7.8", "Authentication failed: " + why);
  }

  private SpnegoSaslServer succeeded() {
    if (succeeded == null) {
      throw new IllegalStateException("the client is not authenticated");
    }
    return succeeded;
  }
}
