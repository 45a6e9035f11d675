import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;

/** The transport of that time wants a user and a password before it asks for a mechanism. */
public class OldJakartaMail {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", "mail.contoso.com");
    properties.setProperty("mail.smtp.port", "587");
    properties.setProperty("mail.smtp.auth", "true");
    properties.setProperty("mail.smtp.sasl.enable", "true");
    properties.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom("alice@contoso.com");
    message.setRecipients(Message.RecipientType.TO, "bob@contoso.com");
    message.setSubject("From Jakarta Mail 2.0");
    message.setText("No password was needed.");
    message.saveChanges();
    Transport transport = session.getTransport("smtp");
    transport.connect("alice", "");
    transport.sendMessage(message, message.getAllRecipients());
    transport.close();
  }
}
