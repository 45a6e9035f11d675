import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.Console;
import java.util.Properties;

/**
 * Sends one mail with a user and a password. The password goes to no server: it decrypts the KDC's
 * answer on this machine, and the mail server sees a ticket.
 *
 * <pre>MAIL_PASSWORD=... java -Dmail.smtp.host=mail.contoso.com -Duser=alice@CORP.CONTOSO.COM \
 *     -Dfrom=alice@contoso.com -Dto=bob@contoso.com \
 *     -cp 'libs/*' examples/SendMailWithPassword.java</pre>
 */
public class SendMailWithPassword {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.auth", "true");
    properties.setProperty("mail.smtp.sasl.enable", "true");
    properties.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    properties.putAll(System.getProperties());

    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress(required("from")));
    message.setRecipients(Message.RecipientType.TO, required("to"));
    message.setSubject(System.getProperty("subject", "Sent with a ticket for a password"));
    message.setText("The password stayed at home.");

    try (Transport transport = session.getTransport("smtp")) {
      transport.connect(required("user"), password());
      transport.sendMessage(message, message.getAllRecipients());
    }
    System.out.println("Sent: " + message.getSubject());
  }

  private static String password() {
    String password = System.getenv("MAIL_PASSWORD");
    Console console = System.console();
    if (password == null && console != null) {
      password = new String(console.readPassword("Password: "));
    }
    if (password == null) {
      throw new IllegalArgumentException("the environment variable MAIL_PASSWORD is missing");
    }
    return password;
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalArgumentException("-D" + property + "=... is missing");
    }
    return value;
  }
}
