package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.kerberos.PrincipalText;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a mail program: the system properties {@code mail.*}, some replaced by the
 * command line. {@link Doctor} sets them; the steps only read them.
 */
final class MailSettings {
  private static final int SMTP_PORT = 25;
  private static final int SMTPS_PORT = 465;
  private static final String TIMEOUT = "10000";

  private final String protocol;
  private final Properties properties = new Properties();
  private final String user;
  private char @Nullable [] password;

  /**
   * Reads the system properties.
   *
   * @param protocol the mail protocol, {@code smtp} or {@code smtps}
   * @param user the mail user, empty for none
   */
  MailSettings(String protocol, String user) {
    this.protocol = protocol;
    this.user = user;
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("mail.")) {
        setWhole(name, System.getProperty(name));
      }
    }
  }

  /** Sets a property by its full name, unless it would make Jakarta Mail print tokens. */
  final void setWhole(String name, String value) {
    if (!name.startsWith("mail.debug")) {
      properties.setProperty(name, value);
    }
  }

  /** Sets {@code mail.<protocol>.<name>}. */
  void set(String name, String value) {
    setWhole("mail." + protocol + "." + name, value);
  }

  /** A property {@code mail.<protocol>.<name>}; empty if it is not set or blank. */
  Optional<String> text(String name) {
    String value = reader().property("mail." + protocol + "." + name);
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  /** Whether a property {@code mail.<protocol>.<name>} is set to true. */
  boolean isTrue(String name) {
    return text(name).map("true"::equalsIgnoreCase).orElse(false);
  }

  /** Whether a property {@code mail.<protocol>.<name>} is set to anything but true. */
  boolean isSwitchedOff(String name) {
    return text(name).isPresent() && !isTrue(name);
  }

  String protocol() {
    return protocol;
  }

  /** Whether the settings are a program's: the system properties contain the server's name. */
  boolean isOfProgram() {
    return System.getProperty("mail." + protocol + ".host", System.getProperty("mail.host"))
        != null;
  }

  /** Whether TLS starts before the greeting. */
  boolean isTlsFromStart() {
    return isSmtps() || isTrue("ssl.enable");
  }

  private boolean isSmtps() {
    return protocol.equals("smtps");
  }

  /** The property that disables a check of the server's certificate; empty if there is none. */
  Optional<String> certificateUncheckedBy() {
    List<String> trusted = List.of(text("ssl.trust").orElse("").split("\\s+", -1));
    if (trusted.contains("*") || trusted.contains(host())) {
      return Optional.of("ssl.trust");
    }
    String identity = "ssl.checkserveridentity";
    return isSwitchedOff(identity) ? Optional.of(identity) : Optional.empty();
  }

  /** The proxy; empty if there is none. */
  Optional<String> proxy() {
    return text("proxy.host")
        .or(() -> text("socks.host"))
        .or(() -> Optional.of(reader().property("socksProxyHost")).filter(h -> !h.isEmpty()));
  }

  /** The realm of the principal that is set; empty if there is none. */
  String realm() {
    String principal = spnego(SpnegoOption.PRINCIPAL);
    return principal.contains("@") ? PrincipalText.realm(principal) : "";
  }

  /** The server's name as the user wrote it; empty if there is none. */
  String host() {
    return text("host").orElseGet(() -> reader().property("mail.host"));
  }

  /**
   * The server's port.
   *
   * @throws NumberFormatException if it is not set to a number
   */
  int port() {
    return text("port").map(Integer::parseInt).orElse(isSmtps() ? SMTPS_PORT : SMTP_PORT);
  }

  /** Describes the server. */
  String server() {
    return host() + ":" + port() + " (" + protocol + ")";
  }

  /** All properties, for the SASL client and for Jakarta Mail. They must not be changed. */
  Properties all() {
    return properties;
  }

  /** A copy of all properties, with defaults for those that Jakarta Mail needs. */
  Properties forMail() {
    Properties sending = new Properties();
    sending.putAll(properties);
    String prefix = "mail." + protocol + ".";
    sending.putIfAbsent(prefix + "auth", "true");
    sending.putIfAbsent(prefix + "sasl.enable", "true");
    // No other mechanism is tried: it would send a password.
    sending.setProperty(prefix + "sasl.mechanisms", String.join(" ", mechanisms()));
    sending.putIfAbsent(prefix + "connectiontimeout", TIMEOUT);
    sending.putIfAbsent(prefix + "timeout", TIMEOUT);
    if (!isSwitchedOff("starttls.enable")) {
      sending.setProperty(prefix + "starttls.enable", "true");
    }
    return sending;
  }

  SettingsReader reader() {
    return new SettingsReader(protocol, properties);
  }

  /** One of the library's settings; empty if it is not set and has no default. */
  String spnego(SpnegoOption option) {
    return reader().text(option);
  }

  /** The library's mechanisms that may be used, best first. */
  List<String> mechanisms() {
    List<String> listed = SaslProperties.split(text("sasl.mechanisms").orElse(""));
    List<String> ours = SaslProperties.spnego(listed);
    boolean isAny = listed.isEmpty() || (ours.isEmpty() && isTrue("sasl.spnego.enable"));
    return isAny ? SaslProperties.MECHANISMS : ours;
  }

  /**
   * The target name that a ticket is requested for.
   *
   * @param serverName the server's name as the SASL client gets it
   * @throws SpnegoException if the setting has a bad value
   */
  TargetName target(String serverName) throws SpnegoException {
    return reader().target(serverName);
  }

  /** The mail user: from the command line, otherwise from the property; empty if there is none. */
  String user() {
    return user.isEmpty() ? text("user").orElse("") : user;
  }

  void password(char[] secret) {
    password = secret.clone();
  }

  /** Whether a user and a password are given. */
  boolean hasPassword() {
    return password != null && password.length > 0 && !user().isEmpty();
  }

  /** An action on a connection. */
  interface Use {
    void with(Transport transport) throws MessagingException;
  }

  /**
   * Connects as a mail program does to send. If no user and no password are set, none are passed.
   */
  void connect(Properties connecting, Use use) throws MessagingException {
    String secret = hasPassword() ? new String(password) : null;
    connect(connecting, user().isEmpty() ? null : user(), secret, use);
  }

  /** Connects with the same settings without authentication. */
  void look(Consumer<Properties> change) throws MessagingException {
    Properties looking = forMail();
    for (String name : List.of("auth", "sasl.enable", "sasl.spnego.enable")) {
      looking.setProperty("mail." + protocol + "." + name, "false");
    }
    looking.remove(SpnegoOption.IMPERSONATE.propertyName(protocol));
    change.accept(looking);
    connect(looking, null, null, transport -> {});
  }

  private void connect(
      Properties connecting, @Nullable String name, @Nullable String secret, Use use)
      throws MessagingException {
    Transport transport = Session.getInstance(connecting).getTransport(protocol);
    transport.connect(host(), port(), name, secret);
    try {
      use.with(transport);
    } finally {
      close(transport);
    }
  }

  private static void close(Transport transport) {
    try {
      transport.close();
    } catch (MessagingException e) {
      // The connection is not used again.
    }
  }

  /** Gives the user and the password, as Angus Mail's handler does. */
  CallbackHandler handler() {
    return callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof NameCallback name) {
          name.setName(user());
        } else if (callback instanceof PasswordCallback secret) {
          secret.setPassword(hasPassword() ? password : null);
        } else {
          throw new UnsupportedCallbackException(callback);
        }
      }
    };
  }
}
