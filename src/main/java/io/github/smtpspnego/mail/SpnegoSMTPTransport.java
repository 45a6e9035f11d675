package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.mail.MechanismChoice.Way;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.smtp.SmtpAuthClient;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.util.List;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * Angus Mail's SMTP transport with authentication by SPNEGO.
 *
 * <pre>{@code
 * properties.setProperty("mail.smtp.sasl.spnego.enable", "true");
 * Session session = Session.getInstance(properties);
 * Transport transport = session.getTransport("smtp"); // a SpnegoSMTPTransport
 * transport.connect("mail.contoso.com", null, null);
 * }</pre>
 *
 * <p>SPNEGO is used if the setting {@code enable} is {@code true}. It is also used if SASL is
 * enabled and {@code GSSAPI} or {@code GSS-SPNEGO} is configured, or if SASL is enabled without a
 * list of mechanisms and the server offers one of the two. Otherwise this transport does what Angus
 * Mail's does. With SPNEGO, Angus Mail connects, sends EHLO and starts TLS while AUTH is hidden
 * from it; then {@link SmtpAuthClient} authenticates. So:
 *
 * <ul>
 *   <li>no password is needed, and none is sent by a mechanism that is not configured;
 *   <li>no mail is sent to a server that does not offer the mechanism or has not proved itself;
 *   <li>a failure is an {@link AuthenticationFailedException} that says what happened and what to
 *       do, with a {@link SpnegoException} as its cause. If the connection breaks, Angus Mail
 *       throws a {@link MessagingException} as usual.
 * </ul>
 *
 * <p>{@code mail.smtp.class=org.eclipse.angus.mail.smtp.SMTPTransport} restores Angus Mail's own.
 */
public final class SpnegoSMTPTransport extends SMTPTransport {
  /** The property of a Session whose value is an {@link Observer}. */
  public static final String OBSERVER = "io.github.smtpspnego.observer";

  private static final int STARTTLS_FIRST = 530;

  private final String protocol;

  /** The socket that {@link #connect(Socket)} was given; null otherwise. */
  private @Nullable Socket given;

  // Null except while a connection is being made.
  private @Nullable AuthPolicy policy;
  private @Nullable SessionLogin login;
  private @Nullable MechanismChoice choice;

  private boolean isHangingUp;

  /**
   * Called by Jakarta Mail.
   *
   * @param session the session
   * @param urlname the server, as far as it is known; {@code smtps} is under TLS from the start
   */
  public SpnegoSMTPTransport(Session session, @Nullable URLName urlname) {
    super(
        DebugOut.lend(session),
        urlname,
        "smtp",
        urlname != null && "smtps".equals(urlname.getProtocol()));
    DebugOut.takeBack(session);
    protocol = urlname == null ? "smtp" : urlname.getProtocol();
  }

  @Override
  public synchronized void connect(Socket socket) throws MessagingException {
    given = socket;
    try {
      super.connect(socket);
    } finally {
      given = null;
    }
  }

  @Override
  public synchronized void connect(
      @Nullable String host, int port, @Nullable String user, @Nullable String password)
      throws MessagingException {
    try {
      super.connect(host, port, user, password);
      if (login != null) {
        login.keep();
      }
    } catch (FinalFailure e) {
      throw e.failure;
    } finally {
      login = null;
    }
  }

  @Override
  protected synchronized boolean protocolConnect(
      @Nullable String host, int port, @Nullable String user, @Nullable String password)
      throws MessagingException {
    String configuredName = ServerName.of(host, given, false);
    String serverName = ServerName.of(host, given, getUseCanonicalHostName());
    SessionLogin asked = new SessionLogin(session, getURLName(), protocol, user, password);
    login = asked;
    boolean isDone = false;
    try {
      AuthPolicy read;
      try {
        read = policy(configuredName, serverName, user != null && password != null);
      } catch (SpnegoException e) {
        throw logged(e);
      }
      if (!read.isActive()) {
        isDone = true;
        System.getLogger("io.github.smtpspnego")
            .log(Level.DEBUG, AuthPolicy.INERT_LOG, configuredName, protocol);
        return super.protocolConnect(host, port, user, password);
      }
      policy = read;
      if (read.mayUsePassword()) {
        asked.ask();
      }
      boolean connected = super.protocolConnect(host, port, asked.user(), asked.password());
      if (connected) {
        Way way = choose(read, asked).way();
        if (way == Way.SPNEGO) {
          authenticate(read, serverName, asked);
        } else if (way == Way.UNAVAILABLE) {
          throw logged(read.unavailable(serverName));
        } else if (way == Way.PASSWORD_NEEDED) {
          // Jakarta Mail's message, without asking the Authenticator again.
          throw new FinalFailure(
              new AuthenticationFailedException("failed to connect, no password specified?"));
        }
      }
      isDone = true;
      return connected;
    } catch (SpnegoException e) {
      throw failure(e, asked);
    } catch (AuthenticationFailedException e) {
      // A second attempt would use a new connection, possibly to another server.
      throw given == null ? e : new FinalFailure(e);
    } finally {
      if (!isDone) {
        hangUp();
      }
      policy = null;
      choice = null;
    }
  }

  private AuthPolicy policy(String configuredName, String serverName, boolean hasLogin)
      throws SpnegoException {
    String[] listed = super.getSASLMechanisms();
    return AuthPolicy.of(
        protocol,
        session.getProperties(),
        configuredName,
        serverName,
        getSASLEnabled(),
        listed == null ? List.of() : SaslProperties.split(String.join(",", listed)),
        hasLogin);
  }

  /** Authenticates on the connection that Angus Mail has opened. */
  private void authenticate(AuthPolicy read, String serverName, SessionLogin asked)
      throws MessagingException, SpnegoException {
    DebugOut.mute(session);
    try {
      if (!exchange(read, serverName, asked, !isSSL() && supportsExtension("STARTTLS"))) {
        startTLS();
        ehlo(getLocalHost()); // RFC 3207 section 4.2
        exchange(read, serverName, asked, false);
      }
    } finally {
      DebugOut.unmute();
    }
  }

  /** Runs one AUTH command; false if the server requires TLS first, and it may be started. */
  private boolean exchange(
      AuthPolicy read, String serverName, SessionLogin asked, boolean mayStartTls)
      throws MessagingException, SpnegoException {
    List<String> mechanisms = read.spnegoMechanisms();
    try (SmtpAuthClient auth =
        new SmtpAuthClient(protocol, serverName, session.getProperties(), mechanisms, asked)) {
      String line = auth.firstLine(offer(), isSSL());
      if (simpleCommand(line) == STARTTLS_FIRST && mayStartTls) {
        auth.withdraw();
        return false;
      }
      line = auth.nextLine(getLastServerResponse());
      while (!auth.isComplete()) {
        simpleCommand(line);
        line = auth.nextLine(getLastServerResponse());
      }
      return true;
    }
  }

  /** The part of the server's reply to EHLO that concerns authentication. */
  private String offer() {
    String mechanisms = getExtensionParameter("AUTH");
    return (mechanisms == null ? "" : "AUTH " + mechanisms + "\n")
        + (super.supportsExtension("STARTTLS") ? "STARTTLS" : "");
  }

  /** Closes a connection that no listener knows yet, without waiting for the server. */
  private void hangUp() {
    isHangingUp = true;
    try {
      setConnected(true);
      close();
    } catch (MessagingException e) {
      // The connection is not used again.
    } finally {
      isHangingUp = false;
    }
  }

  @Override
  protected void sendCommand(String command) throws MessagingException {
    if (isHangingUp) {
      return;
    }
    Observer observer = observer();
    if (observer != null) {
      observer.sent(command);
    }
    super.sendCommand(command);
  }

  @Override
  protected int readServerResponse() throws MessagingException {
    if (isHangingUp) {
      return -1;
    }
    int code = super.readServerResponse();
    Observer observer = observer();
    if (observer != null) {
      observer.received(getLastServerResponse());
    }
    return code;
  }

  private @Nullable Observer observer() {
    return session.getProperties().get(OBSERVER) instanceof Observer observer ? observer : null;
  }

  @Override
  protected void notifyConnectionListeners(int type) {
    if (!isHangingUp) {
      super.notifyConnectionListeners(type);
    }
  }

  /**
   * Hides AUTH while a connection is being made that Angus Mail is not to authenticate. Angus Mail
   * asks for AUTH last, after EHLO and STARTTLS.
   */
  @Override
  public boolean supportsExtension(String extension) {
    boolean supports = super.supportsExtension(extension);
    if (policy == null || login == null || !extension.startsWith("AUTH")) {
      return supports;
    }
    MechanismChoice chosen = choose(policy, login);
    choice = chosen;
    return supports && chosen.way() == Way.ANGUS;
  }

  private MechanismChoice choose(AuthPolicy read, SessionLogin asked) {
    String offered = getExtensionParameter("AUTH");
    String older = super.supportsExtension("AUTH=LOGIN") ? " LOGIN" : "";
    return MechanismChoice.of(read, asked.hasPassword(), (offered == null ? "" : offered) + older);
  }

  /** While a connection is being made, the mechanisms that may be used on it. */
  @Override
  public synchronized String[] getSASLMechanisms() {
    return choice == null || choice.mechanisms().isEmpty()
        ? super.getSASLMechanisms()
        : choice.mechanisms().toArray(new String[0]);
  }

  @Override
  protected synchronized boolean supportsAuthentication(String mechanism) {
    return super.supportsAuthentication(mechanism) && (choice == null || choice.allows(mechanism));
  }

  /**
   * The exception to throw. After an {@link AuthenticationFailedException} Jakarta Mail asks for
   * another password and connects again. If another password cannot help, that is prevented.
   */
  private MessagingException failure(SpnegoException e, SessionLogin asked) {
    AuthenticationFailedException failure =
        new AuthenticationFailedException(String.valueOf(e.getMessage()), e);
    boolean isPasswordWrong =
        e.reason() == Reason.WRONG_PASSWORD
            || e.reason() == Reason.PASSWORD_EXPIRED
            || e.reason() == Reason.CLIENT_UNKNOWN;
    if (isPasswordWrong && asked.isReplaceable() && given == null) {
      asked.forget();
      return failure;
    }
    return new FinalFailure(failure);
  }

  /** Receives each line of the dialogue with the server. */
  public interface Observer {
    /**
     * A command is about to be sent.
     *
     * @param line the line without its CRLF; it may hold a token or a password
     */
    void sent(String line);

    /**
     * A reply was received.
     *
     * @param reply its lines with their codes; {@code [EOF]} where the server closed the connection
     */
    void received(String reply);
  }

  /** Logs a failure that {@link SmtpAuthClient} has not logged. */
  private SpnegoException logged(SpnegoException e) {
    SpnegoException told = e.forProtocol(protocol);
    System.getLogger("io.github.smtpspnego").log(Level.WARNING, told.getMessage());
    return told;
  }

  /** Carries a failure to {@link #connect} without a second attempt of Jakarta Mail's. */
  private static final class FinalFailure extends MessagingException {
    private static final long serialVersionUID = 1L;

    private final AuthenticationFailedException failure;

    FinalFailure(AuthenticationFailedException failure) {
      super(failure.getMessage(), failure);
      this.failure = failure;
    }
  }
}
