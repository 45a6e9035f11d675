package shop;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.mail.SpnegoSMTPProvider;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;

/** A program on the module path, with this library there too. */
public class ModuleMail {
  public static void main(String[] args) throws Exception {
    if (!SpnegoProvider.class.getModule().isNamed()) {
      throw new IllegalStateException("not on the module path");
    }
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", "mail.contoso.com");
    properties.setProperty("mail.smtp.port", "587");
    properties.setProperty("mail.smtp.sasl.spnego.enable", "true");
    Session session = Session.getInstance(properties);
    SpnegoProvider.install();
    session.setProvider(new SpnegoSMTPProvider());
    MimeMessage message = new MimeMessage(session);
    message.setFrom("alice@contoso.com");
    message.setRecipients(Message.RecipientType.TO, "bob@contoso.com");
    message.setSubject("From a module");
    message.setText("No password was needed.");
    Transport.send(message);
  }
}
