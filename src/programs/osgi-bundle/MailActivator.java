package shop;

import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Sends a mail when its bundle starts. It knows Jakarta Mail only. */
public class MailActivator implements BundleActivator {
  @Override
  public void start(BundleContext context) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", "mail.contoso.com");
    properties.setProperty("mail.smtp.port", "587");
    properties.setProperty("mail.smtp.sasl.spnego.enable", "true");
    MimeMessage message = new MimeMessage(Session.getInstance(properties));
    message.setFrom("alice@contoso.com");
    message.setRecipients(Message.RecipientType.TO, "bob@contoso.com");
    message.setSubject("From a bundle");
    message.setText("No password was needed.");
    Transport.send(message);
  }

  @Override
  public void stop(BundleContext context) {}
}
