package shop;

import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;

/** A program on the module path. */
public class ModuleMail {
  public static void main(String[] args) throws Exception {
    if (!ModuleMail.class.getModule().isNamed()) {
      throw new IllegalStateException("not on the module path");
    }
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", "mail.contoso.com");
    properties.setProperty("mail.smtp.port", "587");
    MimeMessage message = new MimeMessage(Session.getInstance(properties));
    message.setFrom("alice@contoso.com");
    message.setRecipients(Message.RecipientType.TO, "bob@contoso.com");
    message.setSubject("From a module");
    message.setText("No password was needed.");
    Transport.send(message);
  }
}
