package io.github.smtpspnego.support;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.util.Map;
import java.util.Properties;

/** A program that knows Jakarta Mail only, with Angus Mail's own transport or the jar's. */
public final class Mailer {
  /** Angus Mail's own transport, for tests of the SASL client alone. */
  public static final String ANGUS = "org.eclipse.angus.mail.smtp.SMTPTransport";

  private final Properties properties = new Properties();

  private Mailer(int port) {
    properties.setProperty("mail.smtp.host", "localhost");
    properties.setProperty("mail.smtp.port", Integer.toString(port));
    properties.setProperty("mail.smtp.auth", "true");
    properties.setProperty("mail.smtp.sasl.enable", "true");
    properties.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    properties.setProperty("mail.smtp.connectiontimeout", "30000");
    properties.setProperty("mail.smtp.localhost", "test"); // otherwise DNS is asked
    properties.setProperty("mail.from", "alice@example.test"); // likewise
    properties.setProperty("mail.smtp.timeout", "30000");
  }

  public static Mailer to(int port) {
    return new Mailer(port);
  }

  public Mailer with(String property, Object value) {
    properties.put(property, value);
    return this;
  }

  public Mailer with(Map<String, ?> more) {
    properties.putAll(more);
    return this;
  }

  public Mailer spnego(String setting, Object value) {
    return with("mail.smtp.sasl.spnego." + setting, value);
  }

  /** Without a user or password. */
  public void send() throws MessagingException {
    send("", "");
  }

  public void send(String user, String password) throws MessagingException {
    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom("alice@example.test");
    message.setRecipients(Message.RecipientType.TO, "bob@example.test");
    message.setSubject("A mail");
    message.setText("With a ticket.");
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect(user, password);
      transport.sendMessage(message, message.getAllRecipients());
    }
  }
}
