import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;

/** As Jenkins' mailer plugin sends: the Session has the system properties behind its own. */
public class LikeJenkins {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties(System.getProperties());
    properties.put("mail.smtp.host", "mail.contoso.com");
    properties.put("mail.smtp.port", "587");
    properties.put("mail.smtp.timeout", "60000");
    properties.put("mail.smtp.connectiontimeout", "60000");
    MimeMessage message = new MimeMessage(Session.getInstance(properties, null));
    message.setFrom(new InternetAddress("alice@contoso.com"));
    message.setRecipients(Message.RecipientType.TO, "bob@contoso.com");
    message.setSubject("As Jenkins sends");
    message.setText("No password was needed.");
    Transport.send(message);
  }
}
