import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;

/** As Keycloak sends: its Session has properties of a fixed set, and does not read the system's. */
public class LikeKeycloak {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", "mail.contoso.com");
    properties.setProperty("mail.smtp.port", "587");
    properties.setProperty("mail.smtp.timeout", "10000");
    properties.setProperty("mail.smtp.connectiontimeout", "10000");
    properties.setProperty("mail.smtp.writetimeout", "10000");
    properties.setProperty("mail.from", "alice@contoso.com");
    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress("alice@contoso.com"));
    message.setHeader("To", "bob@contoso.com");
    message.setSubject("As Keycloak sends");
    message.setText("No password was needed.");
    message.saveChanges();
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect();
      transport.sendMessage(message, InternetAddress.parse("bob@contoso.com"));
    }
  }
}
