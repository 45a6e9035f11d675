package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.client.ExchangeWatch;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.eclipse.angus.mail.util.PropUtil;
import org.jspecify.annotations.Nullable;

/**
 * Angus Mail's SMTP transport, where it authenticates by SPNEGO.
 *
 * <p>It is Angus's own in all else: unless SASL is on and {@code GSSAPI} or {@code GSS-SPNEGO} is
 * configured (or no mechanism is, and the server offers one of them), nothing here does anything.
 * Where one is:
 *
 * <ul>
 *   <li>no password is needed, and none is sent by a mechanism that was not asked for;
 *   <li>GSSAPI comes first where no mechanism is configured (MS-SSEAN section 3.1.5.1);
 *   <li>a prompt that is not base64 is an empty one, as Exchange's {@code 334 GSSAPI supported}, so
 *       that AUTH lines can keep to 512 octets (RFC 4954 section 4);
 *   <li>the server's success counts only after its proof, and before that nothing is sent;
 *   <li>a failure is an {@link AuthenticationFailedException} that says what happened and what to
 *       do, with a {@link io.github.smtpspnego.SpnegoException} as its cause. What breaks the
 *       connection is the {@link MessagingException} that Angus makes of it.
 * </ul>
 *
 * <p>{@code mail.smtp.class=org.eclipse.angus.mail.smtp.SMTPTransport} gives Angus's own back.
 */
public sealed class SpnegoSMTPTransport extends SMTPTransport permits SpnegoSMTPSSLTransport {
  private final String protocol;
  private final boolean isSaslOn;

  /** There while a connection is being made, and nothing is inert then. */
  private @Nullable Authentication authentication;

  /** A command of Angus's, sent and answered. */
  private interface Command {
    int run() throws MessagingException;
  }

  /**
   * Called by Jakarta Mail.
   *
   * @param session the session
   * @param urlname the server, as far as it is known
   */
  public SpnegoSMTPTransport(Session session, URLName urlname) {
    this(session, urlname, "smtp", false);
  }

  SpnegoSMTPTransport(Session session, @Nullable URLName urlname, String name, boolean isSsl) {
    super(session, urlname, name, isSsl);
    protocol = urlname == null ? name : urlname.getProtocol();
    isSaslOn = isTrue("sasl.enable");
  }

  @Override
  protected synchronized boolean protocolConnect(
      @Nullable String host, int port, @Nullable String user, @Nullable String password)
      throws MessagingException {
    List<String> listed = listedMechanisms();
    String name = host == null || host.isEmpty() ? "localhost" : host;
    if (!isWanted(name, listed, user != null && password != null)) {
      return super.protocolConnect(host, port, user, password);
    }
    PasswordAuthentication login =
        password == null ? ask(name, port, user) : new PasswordAuthentication(user, password);
    SpnegoProvider.install(); // another copy of the jar may have put its own in the place
    try (ExchangeWatch watch = ExchangeWatch.open(protocol, Refusal.LINE_LIMIT)) {
      Authentication current =
          new Authentication(name, listed, !orEmpty(login.getPassword()).isEmpty(), watch);
      authentication = current;
      return connect(current, host, port, login);
    } finally {
      authentication = null;
    }
  }

  private boolean connect(
      Authentication current, @Nullable String host, int port, PasswordAuthentication login)
      throws MessagingException {
    AuthenticationFailedException ofAngus = null;
    try {
      if (super.protocolConnect(
          host, port, orEmpty(login.getUserName()), orEmpty(login.getPassword()))) {
        return true;
      }
    } catch (AuthenticationFailedException e) {
      ofAngus = e;
    }
    MessagingException failure = current.failure();
    if (failure != null) {
      throw failure;
    }
    if (ofAngus != null && !current.lacksPassword()) {
      throw ofAngus;
    }
    return false;
  }

  /** Whether SPNEGO is configured, or may be what the server offers. */
  private boolean isWanted(String host, List<String> listed, boolean hasLogin) {
    if (!isSaslOn || !(listed.isEmpty() || listed.stream().anyMatch(MechanismChoice::isOurs))) {
      return false;
    }
    // Without user and password Angus authenticates only where it must; so do we, unless the
    // mechanism was named.
    boolean isNamed = !listed.isEmpty() && property("auth") == null;
    if (!hasLogin && !isTrue("auth") && !isNamed) {
      return false;
    }
    // The canonical name will be known once the connection is open.
    Optional<String> serverName =
        isTrue("sasl.usecanonicalhostname") ? Optional.empty() : Optional.of(host);
    return ExchangeWatch.isWanted(protocol, asMap(session.getProperties()), serverName);
  }

  /**
   * Asks the program's own {@link jakarta.mail.Authenticator}, as Jakarta Mail would do after a
   * first try: that try would be made with the ticket cache, and as somebody else.
   */
  private PasswordAuthentication ask(String host, int port, @Nullable String user) {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      address = null; // connecting will tell
    }
    PasswordAuthentication answer =
        session.requestPasswordAuthentication(address, port, protocol, null, user);
    return answer == null ? new PasswordAuthentication(user, null) : answer;
  }

  private List<String> listedMechanisms() {
    String[] listed = super.getSASLMechanisms();
    return listed == null ? List.of() : List.of(listed);
  }

  /**
   * {@inheritDoc}
   *
   * <p>While a connection is being made: those of them that may be used on it.
   */
  @Override
  public synchronized String[] getSASLMechanisms() {
    if (authentication == null) {
      return super.getSASLMechanisms();
    }
    String offered = super.getExtensionParameter("AUTH");
    return authentication.choose(
        new Authentication.Offer(orEmpty(offered), super.supportsExtension("STARTTLS"), isSSL()));
  }

  @Override
  protected synchronized boolean supportsAuthentication(String mechanism) {
    return super.supportsAuthentication(mechanism)
        && (authentication == null || authentication.allows(mechanism));
  }

  /**
   * {@inheritDoc}
   *
   * <p>While a connection is being made that must authenticate, AUTH counts as offered: Angus would
   * go on without it, to a server that proved nothing.
   */
  @Override
  public boolean supportsExtension(String extension) {
    return super.supportsExtension(extension)
        || (authentication != null
            && authentication.isNeeded()
            && extension.equalsIgnoreCase("AUTH")
            && isTrue("auth"));
  }

  @Override
  public synchronized int simpleCommand(String command) throws MessagingException {
    if (authentication != null) {
      authentication.sending(command);
    }
    return watched(() -> super.simpleCommand(command));
  }

  @Override
  protected synchronized int simpleCommand(byte[] command) throws MessagingException {
    return watched(() -> super.simpleCommand(command));
  }

  private int watched(Command command) throws MessagingException {
    Authentication current = authentication;
    if (current == null || !current.isOurs()) {
      return command.run();
    }
    int code;
    try {
      code = command.run();
    } catch (MessagingException e) {
      current.networkFailed(e);
      throw e;
    }
    current.received(ServerReply.of(code, super.getLastServerResponse()));
    return code;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where the server asks for it in the midst of an exchange, EHLO is sent again after it, as
   * RFC 3207 section 4.2 says.
   */
  @Override
  protected void startTLS() throws MessagingException {
    Authentication current = authentication;
    if (current == null || !current.isOurs()) {
      super.startTLS();
      return;
    }
    try {
      super.startTLS();
      current.tlsStarted();
      ehlo(getLocalHost());
    } catch (MessagingException e) {
      if (e.getCause() instanceof IOException) {
        current.networkFailed(e);
      }
      throw e;
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>While a connection is being made, a prompt in plain text is shown as an empty one.
   */
  @Override
  public synchronized String getLastServerResponse() {
    String response = super.getLastServerResponse();
    return authentication != null
            && authentication.isPlainPrompt(ServerReply.of(getLastReturnCode(), response))
        ? "334 "
        : response;
  }

  private boolean isTrue(String name) {
    return PropUtil.getBooleanProperty(
        session.getProperties(), "mail." + protocol + "." + name, false);
  }

  private @Nullable String property(String name) {
    return session.getProperty("mail." + protocol + "." + name);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  // What Angus hands to the SASL factory; the names in it are texts.
  @SuppressWarnings("unchecked")
  private static Map<String, ?> asMap(Properties properties) {
    return (Map<String, ?>) (Map<?, ?>) properties;
  }
}
