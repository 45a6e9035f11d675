package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.sasl.ExchangeWatch;
import io.github.smtpspnego.smtp.DialogueObserver;
import io.github.smtpspnego.smtp.ServerReply;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
public final class SpnegoSMTPTransport extends SMTPTransport {
  private final String protocol;

  /** There while a connection is being made, and nothing is inert then. */
  private @Nullable Authentication authentication;

  /**
   * Called by Jakarta Mail.
   *
   * @param session the session
   * @param urlname the server, as far as it is known; {@code smtps} is under TLS from the start
   */
  public SpnegoSMTPTransport(Session session, @Nullable URLName urlname) {
    super(session, urlname, "smtp", urlname != null && "smtps".equals(urlname.getProtocol()));
    protocol = urlname == null ? "smtp" : urlname.getProtocol();
  }

  @Override
  protected synchronized boolean protocolConnect(
      @Nullable String host, int port, @Nullable String user, @Nullable String password)
      throws MessagingException {
    String[] configured = super.getSASLMechanisms();
    List<String> listed = configured == null ? List.of() : List.of(configured);
    String name = host == null || host.isEmpty() ? "localhost" : host;
    if (!isWanted(name, listed, user != null && password != null)) {
      return super.protocolConnect(host, port, user, password);
    }
    PasswordAuthentication login =
        password == null ? ask(name, port, user) : new PasswordAuthentication(user, password);
    String loginName = orEmpty(login.getUserName());
    String loginPassword = orEmpty(login.getPassword());
    SpnegoProvider.install(); // another copy of the jar may have put its own in the place
    try (ExchangeWatch watch = ExchangeWatch.open(protocol, Authentication.LINE_LIMIT)) {
      Authentication current = new Authentication(name, listed, !loginPassword.isEmpty(), watch);
      authentication = current;
      AuthenticationFailedException ofAngus = null;
      try {
        if (super.protocolConnect(host, port, loginName, loginPassword)) {
          return true;
        }
      } catch (AuthenticationFailedException e) {
        ofAngus = e;
      }
      MessagingException failure = current.failure(ofAngus);
      if (failure == null) {
        return false;
      }
      throw failure;
    } finally {
      authentication = null;
    }
  }

  /** Whether SPNEGO is configured, or may be what the server offers. */
  private boolean isWanted(String host, List<String> listed, boolean hasLogin) {
    boolean isNamed = false;
    for (String mechanism : listed) {
      isNamed |= Authentication.isOurs(mechanism);
    }
    // Without user and password Angus authenticates only where it must; so do we, unless the
    // mechanism was named.
    if (!getSASLEnabled()
        || !(isNamed || listed.isEmpty())
        || !(hasLogin || isTrue("auth", isNamed))) {
      return false;
    }
    // What Angus hands to the SASL factory; the names in it are texts.
    @SuppressWarnings("unchecked")
    Map<String, ?> properties = (Map<String, ?>) (Map<?, ?>) session.getProperties();
    // The canonical name will be known once the connection is open.
    Optional<String> serverName =
        isTrue("sasl.usecanonicalhostname", false) ? Optional.empty() : Optional.of(host);
    return ExchangeWatch.isWanted(protocol, properties, serverName);
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

  /**
   * {@inheritDoc}
   *
   * <p>While a connection is being made: those of them that may be used on it.
   */
  @Override
  public synchronized String[] getSASLMechanisms() {
    return authentication == null
        ? super.getSASLMechanisms()
        : authentication.choose(
            orEmpty(getExtensionParameter("AUTH")), supportsExtension("STARTTLS"), isSSL());
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
            && isTrue("auth", false));
  }

  @Override
  public synchronized int simpleCommand(String command) throws MessagingException {
    Authentication current = authentication;
    if (current == null) {
      return super.simpleCommand(command);
    }
    try {
      current.sending(command, isSSL());
      int code = super.simpleCommand(command);
      current.received(new ServerReply(code, super.getLastServerResponse()));
      return code;
    } catch (MessagingException e) {
      current.failed(e);
      throw e;
    }
  }

  @Override
  protected void sendCommand(String command) throws MessagingException {
    if (session.getProperties().get(DialogueObserver.PROPERTY) instanceof DialogueObserver seeing) {
      seeing.sent(command);
    }
    super.sendCommand(command);
  }

  @Override
  protected int readServerResponse() throws MessagingException {
    int code = super.readServerResponse();
    if (session.getProperties().get(DialogueObserver.PROPERTY) instanceof DialogueObserver seeing) {
      seeing.received(super.getLastServerResponse().strip());
    }
    return code;
  }

  @Override
  protected synchronized int simpleCommand(byte[] command) throws MessagingException {
    // While a connection is being made this is base64.
    return authentication == null
        ? super.simpleCommand(command)
        : simpleCommand(new String(command, StandardCharsets.US_ASCII));
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
      ehlo(getLocalHost());
    } catch (MessagingException e) {
      current.failed(e);
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
    return authentication != null && authentication.isPrompted()
        ? "334 "
        : super.getLastServerResponse();
  }

  private boolean isTrue(String name, boolean byDefault) {
    return PropUtil.getBooleanProperty(
        session.getProperties(), "mail." + protocol + "." + name, byDefault);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
