package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** A program that sends a mail and knows nothing but Jakarta Mail. */
final class Program {
  static final String ANGUS = "org.eclipse.angus.mail.smtp.SMTPTransport";
  static final String ANGUS_SSL = "org.eclipse.angus.mail.smtp.SMTPSSLTransport";

  private final String protocol;
  private final Properties settings = new Properties();
  private @Nullable Authenticator authenticator;

  private Program(String protocol) {
    this.protocol = protocol;
    set("localhost", "test"); // otherwise DNS is asked
    property("mail.from", "alice@example.test"); // likewise
    set("connectiontimeout", "10000");
    set("timeout", "10000");
    set("ssl.trust", "*");
    set("ssl.checkserveridentity", "false");
  }

  /** Nothing is set but what any test needs. */
  static Program plain() {
    return new Program("smtp");
  }

  static Program plain(String protocol) {
    return new Program(protocol);
  }

  /** The settings of the README's first example. */
  static Program withGssapi() {
    return withGssapi("smtp");
  }

  static Program withGssapi(String protocol) {
    return new Program(protocol)
        .set("auth", "true")
        .set("sasl.enable", "true")
        .set("sasl.mechanisms", "GSSAPI");
  }

  /** Sets {@code mail.<protocol>.<name>}. */
  Program set(String name, String value) {
    settings.setProperty("mail." + protocol + "." + name, value);
    return this;
  }

  Program unset(String name) {
    settings.remove("mail." + protocol + "." + name);
    return this;
  }

  /** Sets a property by its whole name. */
  Program property(String name, Object value) {
    settings.put(name, value);
    return this;
  }

  Program authenticator(String user, String password) {
    authenticator =
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication(user, password);
          }
        };
    return this;
  }

  Program authenticator(Authenticator asked) {
    authenticator = asked;
    return this;
  }

  Session session() {
    return Session.getInstance(settings, authenticator);
  }

  Transport transport() throws MessagingException {
    return session().getTransport(protocol);
  }

  /** Connects, sends one mail and closes. */
  void send(ScriptedSmtpServer server, @Nullable String user, @Nullable String password)
      throws MessagingException {
    Session session = session();
    try (Transport transport = session.getTransport(protocol)) {
      transport.connect("localhost", server.port(), user, password);
      sendOver(transport, session);
    }
  }

  /** What a program gets that could not send. */
  record Failure(Reason reason, String message) {
    void says(String... parts) {
      for (String part : parts) {
        assertTrue(message.contains(part), () -> "'" + part + "' is not in: " + message);
      }
    }
  }

  /** Tries to send, and checks what every failure of ours must hold to. */
  Failure failToSend(ScriptedSmtpServer server, @Nullable String user, @Nullable String password) {
    int mails = server.mails().size();
    AuthenticationFailedException e =
        assertThrows(
            AuthenticationFailedException.class,
            () -> send(server, user, password),
            () -> server.transcript().toString());
    SpnegoException cause = assertInstanceOf(SpnegoException.class, e.getCause(), e::toString);
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(String.valueOf(cause.getMessage())), message);
    assertTrue(message.contains("TROUBLESHOOTING.md#" + cause.reason().anchor()), message);
    assertEquals(mails, server.mails().size());
    return new Failure(cause.reason(), message);
  }

  static void sendOver(Transport transport, Session session) throws MessagingException {
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress("alice@example.test"));
    message.setSubject("test");
    message.setText("a text");
    transport.sendMessage(message, InternetAddress.parse("bob@example.test"));
  }
}
