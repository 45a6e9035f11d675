import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * As James' RemoteDelivery sends: by a URL, default Properties, and a cast to Angus Mail's class.
 */
public class LikeJames {
  public static void main(String[] args) throws Exception {
    Properties configured = new Properties();
    configured.put("mail.smtp.ssl.enable", "false");
    Session session = Session.getInstance(new Properties(configured));
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress("alice@contoso.com"));
    message.setSubject("As James sends");
    message.setText("No password was needed.");
    session.getProperties().put("mail.smtp.from", "alice@contoso.com");
    URLName server = new URLName("smtp", "mail.contoso.com", 587, null, null, null);
    try (SMTPTransport transport = (SMTPTransport) session.getTransport(server)) {
      transport.setLocalHost("james.contoso.com");
      transport.connect();
      if (transport.supportsExtension("MT-PRIORITY")) {
        throw new IllegalStateException("the server of the tests has no such extension");
      }
      transport.sendMessage(new SMTPMessage(message), InternetAddress.parse("bob@contoso.com"));
    }
  }
}
