package io.github.smtpspnego.smtp;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.sasl.SpnegoSaslServer;
import io.github.smtpspnego.settings.SaslProperties;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * The AUTH command of one SMTP connection (RFC 4954) for GSSAPI and GSS-SPNEGO: lines in, replies
 * out. {@link SmtpAuthServer} makes it.
 *
 * <pre>{@code
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
 * <p>After a failure the next AUTH may come; after success it is refused. Nothing is read before
 * the client's first token. An exchange is not safe for several threads. The log has the details of
 * a failure; the reply to the client has only what helps the client.
 *
 * <p><b>What the host program must do:</b>
 *
 * <ul>
 *   <li>While {@link Reply#isContinuation} says so, every line of the client belongs to the
 *       exchange, also one that reads like RSET, STARTTLS or QUIT: it is no command then (RFC 4954
 *       section 4). Such a line ends the exchange with 501 or 535; only {@code *} cancels it.
 *   <li>After STARTTLS, close this exchange and create a new one, and discard what a buffered
 *       stream has read ahead: it was sent before TLS (RFC 3207 section 4.2). AUTH may come again
 *       then.
 *   <li>RSET leaves the client authenticated. QUIT and the end of the connection close the
 *       exchange.
 *   <li>AUTH is not allowed during a mail transaction, between MAIL and the end of DATA: answer 503
 *       without asking here (RFC 4954 section 4).
 *   <li>Read lines of bounded length. {@link LineReader} does.
 *   <li>Count failures of a connection, and close it after some (421).
 * </ul>
 */
public final class SmtpAuthExchange implements AutoCloseable {
  /** The longest line that is accepted by default, in octets: RFC 4954 section 4. */
  public static final int MAX_LINE = 12288;

  private static final String CANCEL = "*";
  private static final String EMPTY_INITIAL_RESPONSE = "=";
  private static final byte[] NOTHING = {};

  private final SmtpAuthServer server;
  private final @Nullable SocketAddress client;
  private @Nullable SpnegoSaslServer running;

  /** The server that succeeded. It is disposed of, but its names stay available. */
  private @Nullable SpnegoSaslServer succeeded;

  /**
   * The reply to a line of the client: one line.
   *
   * @param code the reply code
   * @param enhancedStatus the enhanced status code of RFC 3463; empty if there is none
   * @param text the rest of the line: words, or base64 in a challenge
   */
  public record Reply(int code, String enhancedStatus, String text) {
    /** {@return the line without its CRLF; "334 " keeps its space where the challenge is empty} */
    public String line() {
      return code + " " + (enhancedStatus.isEmpty() ? "" : enhancedStatus + " ") + text;
    }

    /** {@return whether the exchange goes on: the client's next line belongs to it} */
    public boolean isContinuation() {
      return code == AuthReplies.CONTINUE;
    }

    /** {@return whether the client is authenticated and authorized} */
    public boolean isSuccess() {
      return code == AuthReplies.SUCCEEDED;
    }
  }

  /**
   * Reads lines that end with CRLF, and drops the rest of a line that is too long. It reads no
   * octet beyond the end of a line, so that the program can start TLS or read a message after any
   * line. The stream should be buffered, and its socket should have a read timeout.
   */
  public static final class LineReader {
    private static final int MOST_DROPPED = 1 << 20;

    private final InputStream in;
    private final int maxLine;

    /**
     * Creates a reader for lines of {@value SmtpAuthExchange#MAX_LINE} octets.
     *
     * @param in where the client's octets come from
     */
    public LineReader(InputStream in) {
      this(in, MAX_LINE);
    }

    /**
     * Creates a reader.
     *
     * @param in where the client's octets come from
     * @param maxLine the longest line, in octets without its CRLF
     */
    public LineReader(InputStream in, int maxLine) {
      this.in = in;
      this.maxLine = maxLine;
    }

    /**
     * Reads a line. A LF without CR ends none (RFC 5321 section 2.3.8).
     *
     * @return the line without its CRLF; of a line that is too long the first octets, one more than
     *     allowed, so that {@link SmtpAuthExchange#auth} refuses it; null at the end of the stream
     * @throws IOException if the stream throws it, or a line is longer than a megabyte
     */
    public @Nullable String readLine() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream(128);
      int dropped = 0;
      int previous = -1;
      for (int octet = in.read(); octet >= 0; octet = in.read()) {
        if (octet == '\n' && previous == '\r') {
          String text = line.toString(StandardCharsets.ISO_8859_1);
          return text.substring(0, dropped > 0 ? maxLine + 1 : text.length() - 1);
        }
        previous = octet;
        if (line.size() < maxLine + 2) {
          line.write(octet);
        } else if (++dropped > MOST_DROPPED) {
          throw new IOException("a line of more than " + MOST_DROPPED + " octets");
        }
      }
      return null;
    }
  }

  SmtpAuthExchange(SmtpAuthServer server, @Nullable SocketAddress client) {
    this.server = server;
    this.client = client;
  }

  /**
   * Takes an AUTH command, or the client's next line while {@link Reply#isContinuation} says so.
   *
   * @param line the line without its CRLF; null where the client closed the connection, which
   *     cancels like {@code *}
   * @return the reply to send
   */
  public Reply auth(@Nullable String line) {
    if (line != null && line.length() > server.maxLine) {
      return failed(
          AuthReplies.TOO_LONG,
          Reason.PROTOCOL,
          "a line of more than " + server.maxLine + " octets");
    }
    String text = line == null ? CANCEL : line.stripTrailing();
    if (running == null) {
      return command(text);
    }
    if (text.equals(CANCEL)) {
      giveUp();
      return AuthReplies.CANCELED;
    }
    return decode(running, text);
  }

  /** {@return whether an AUTH command has succeeded} */
  public boolean isAuthenticated() {
    return succeeded != null;
  }

  /** {@return the client's address, if the exchange was made with it} */
  public Optional<SocketAddress> client() {
    return Optional.ofNullable(client);
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
   * Whom the client acts as.
   *
   * @return the local user that the authorization returned; by default the principal
   * @throws IllegalStateException before success
   */
  public String authorizationId() {
    return succeeded().getAuthorizationID();
  }

  /**
   * Which of the server's principals the client is authenticated to.
   *
   * @return the Kerberos principal whose key read the client's ticket, with its realm; with native
   *     GSS the one that the ticket names, which the client can change
   * @throws IllegalStateException before success
   */
  public String targetName() {
    return succeeded().target();
  }

  /**
   * The ticket that the client forwarded. {@link #close} disposes of it.
   *
   * @return a credential to act as the client; empty if it forwarded none
   * @throws IllegalStateException before success
   */
  public Optional<GSSCredential> delegatedCredential() {
    return Optional.ofNullable((GSSCredential) succeeded().getNegotiatedProperty(Sasl.CREDENTIALS));
  }

  /**
   * Ends the exchange: cancels an AUTH command that is under way, and disposes of the ticket that
   * the client forwarded. The client's principal and identity stay available. May be called again.
   */
  @Override
  public void close() {
    giveUp();
    if (succeeded != null) {
      succeeded.disposeOfDelegated();
    }
  }

  private void giveUp() {
    if (running != null) {
      running.dispose();
      running = null;
    }
  }

  private Reply command(String line) {
    String[] words = line.split(" ", -1);
    if (!words[0].equalsIgnoreCase("AUTH")
        || words.length < 2
        || words.length > 3
        || words[1].isEmpty()) {
      return AuthReplies.SYNTAX;
    }
    if (isAuthenticated()) {
      return AuthReplies.AGAIN;
    }
    String mechanism = words[1].toUpperCase(Locale.ROOT);
    if (!SaslProperties.MECHANISMS.contains(mechanism)) {
      return AuthReplies.UNKNOWN_MECHANISM;
    }
    SpnegoSaslServer begun =
        new SpnegoSaslServer(
            mechanism, () -> server.settings, failure -> server.events.failed(this, failure));
    running = begun;
    boolean empty = words.length == 2 || words[2].equals(EMPTY_INITIAL_RESPONSE);
    return empty ? evaluate(begun, NOTHING) : decode(begun, words[2]);
  }

  private Reply decode(SpnegoSaslServer current, String base64) {
    Optional<byte[]> octets = AuthLine.decode(base64);
    return octets.isPresent()
        ? evaluate(current, octets.get())
        : failed(AuthReplies.NOT_BASE64, Reason.MALFORMED_TOKEN, "a line that is not base64");
  }

  private Reply evaluate(SpnegoSaslServer current, byte[] octets) {
    try {
      byte[] challenge = current.evaluateResponse(octets);
      if (challenge != null) {
        return AuthReplies.challenge(challenge);
      }
    } catch (SpnegoException e) {
      giveUp();
      return AuthReplies.failure(e);
    }
    succeeded = current;
    giveUp();
    server.events.succeeded(this);
    return AuthReplies.SUCCESS;
  }

  /** Ends an exchange because of a line that does not reach the SASL server. */
  private Reply failed(Reply reply, Reason reason, String sent) {
    if (running != null) {
      giveUp();
      server.events.failed(
          this,
          new SpnegoException(
              reason,
              "Accepting a client "
                  + server.settings.credentials().describe()
                  + ": the client sent "
                  + sent
                  + ".",
              "Report it to the client's vendor with the log of the exchange.",
              null));
    }
    return reply;
  }

  private SpnegoSaslServer succeeded() {
    if (succeeded == null) {
      throw new IllegalStateException("the client is not authenticated");
    }
    return succeeded;
  }
}
