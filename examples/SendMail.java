import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;

/**
 * Sends one mail with the ticket that kinit or the Windows login left behind: no password.
 *
 * <pre>java -Dmail.smtp.host=mail.contoso.com -Dfrom=alice@contoso.com -Dto=bob@contoso.com \
 *     -cp 'libs/*' examples/SendMail.java</pre>
 *
 * <p>Every mail.smtp property can be given the same way: -Dmail.smtp.port=587
 * -Dmail.smtp.starttls.required=true -Dmail.smtp.sasl.spnego.service=SMTPSVC.
 */
public class SendMail {
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
    message.setSubject(System.getProperty("subject", "Sent with Kerberos"));
    message.setText("No password was needed.");

    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("", "");
      transport.sendMessage(message, message.getAllRecipients());
    }
    System.out.println("Sent: " + message.getSubject());
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalArgumentException("-D" + property + "=ADDRESS is missing");
    }
    return value;
  }
}
