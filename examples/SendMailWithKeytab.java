import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;

/**
 * Sends one mail as a service account whose key is in a keytab; the tickets renew themselves, so a
 * program may run for months.
 *
 * <pre>java -Dmail.smtp.host=mail.contoso.com -Dkeytab=/etc/mailer.keytab \
 *     -Dprincipal=mailer@CORP.CONTOSO.COM -Dfrom=mailer@contoso.com -Dto=bob@contoso.com \
 *     -cp 'libs/*' examples/SendMailWithKeytab.java</pre>
 */
public class SendMailWithKeytab {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.auth", "true");
    properties.setProperty("mail.smtp.sasl.enable", "true");
    properties.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    properties.setProperty("mail.smtp.sasl.spnego.keytab", required("keytab"));
    properties.setProperty("mail.smtp.sasl.spnego.principal", required("principal"));
    properties.putAll(System.getProperties());

    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress(required("from")));
    message.setRecipients(Message.RecipientType.TO, required("to"));
    message.setSubject(System.getProperty("subject", "Sent with a keytab"));
    message.setText("The key is in a file, and no password is.");

    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("", "");
      transport.sendMessage(message, message.getAllRecipients());
    }
    System.out.println("Sent: " + message.getSubject());
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalArgumentException("-D" + property + "=... is missing");
    }
    return value;
  }
}
