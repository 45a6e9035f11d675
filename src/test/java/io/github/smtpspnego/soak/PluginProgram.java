package io.github.smtpspnego.soak;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.mail.SpnegoSMTPProvider;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import java.util.concurrent.Callable;

/** A program in a class loader of its own with the jar. It knows no class of the tests. */
public final class PluginProgram implements Callable<String> {
  private final Properties properties = new Properties();

  /** Sends to this port, with this ticket cache. */
  public PluginProgram(Integer port, String cache) {
    properties.setProperty("mail.smtp.host", "localhost");
    properties.setProperty("mail.smtp.port", port.toString());
    properties.setProperty("mail.smtp.auth", "true");
    properties.setProperty("mail.smtp.sasl.enable", "true");
    properties.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    properties.setProperty("mail.smtp.sasl.spnego.ticketcache", cache);
  }

  /** Sends a mail, and tries another that cannot be sent; gives what was wrong with that. */
  @Override
  public String call() throws MessagingException {
    send();
    properties.setProperty("mail.smtp.sasl.spnego.spn", "smtp/nobody");
    try {
      send();
      throw new AssertionError("it was sent to nobody");
    } catch (MessagingException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void send() throws MessagingException {
    // What being on one class path with Jakarta Mail does by itself.
    SpnegoProvider.install();
    Session session = Session.getInstance(properties);
    session.setProvider(new SpnegoSMTPProvider());
    MimeMessage message = new MimeMessage(session);
    message.setFrom("alice@example.test");
    message.setRecipients(Message.RecipientType.TO, "bob@example.test");
    message.setText("From a plugin.");
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect(null, null);
      transport.sendMessage(message, message.getAllRecipients());
    }
  }

  /** What a program does when it is unloaded. */
  public static void unload() {
    SpnegoProvider.uninstall();
  }
}
