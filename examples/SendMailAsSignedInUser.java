import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.security.PrivilegedExceptionAction;
import java.util.Properties;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;

/**
 * Sends a mail as the user who signed in to a web application by Kerberos. Where the browser
 * delegated a ticket, {@link #sendWithTicketOf} sends with it. Where it did not, {@link
 * #sendInTheNameOf} has the service impersonate the user, which the KDC must allow (constrained
 * delegation), and which the main method shows:
 *
 * <pre>java -Dmail.smtp.host=mail.contoso.com -Dkeytab=/etc/web.keytab \
 *     -Dprincipal=svc-web@CORP.CONTOSO.COM -Duser=alice@CORP.CONTOSO.COM \
 *     -Dfrom=alice@contoso.com -Dto=bob@contoso.com \
 *     -cp 'libs/*' examples/SendMailAsSignedInUser.java</pre>
 *
 * <p>For the second way krb5.conf needs {@code forwardable = true} in {@code [libdefaults]}.
 */
public class SendMailAsSignedInUser {
  public static void main(String[] args) throws Exception {
    sendInTheNameOf(required("user"));
  }

  /**
   * With the token of the browser's {@code Authorization: Negotiate}, decoded.
   *
   * @param service the web application's Subject, which holds the key of HTTP/host
   */
  static void sendWithTicketOf(byte[] token, Subject service) throws Exception {
    GSSContext context =
        run(service, () -> GSSManager.getInstance().createContext((GSSCredential) null));
    // What comes back goes to the browser: WWW-Authenticate: Negotiate.
    run(service, () -> context.acceptSecContext(token, 0, token.length));
    if (!context.getCredDelegState()) {
      sendInTheNameOf(context.getSrcName().toString());
      return;
    }
    GSSCredential delegated = context.getDelegCred();
    Properties properties = new Properties();
    properties.put(Sasl.CREDENTIALS, delegated);
    send(properties, "Sent with the ticket that " + delegated.getName() + " delegated");
    delegated.dispose();
    context.dispose();
  }

  /** By constrained delegation, with the service's own key. */
  static void sendInTheNameOf(String user) throws MessagingException {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.sasl.spnego.keytab", required("keytab"));
    properties.setProperty("mail.smtp.sasl.spnego.principal", required("principal"));
    properties.setProperty("mail.smtp.sasl.spnego.impersonate", user);
    send(properties, "Sent in the name of " + user);
  }

  private static void send(Properties properties, String subject) throws MessagingException {
    properties.setProperty("mail.smtp.sasl.spnego.enable", "true");
    properties.putAll(System.getProperties());
    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress(required("from")));
    message.setRecipients(Message.RecipientType.TO, required("to"));
    message.setSubject(System.getProperty("subject", subject));
    message.setText("The web application has no password of the user.");

    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("", "");
      transport.sendMessage(message, message.getAllRecipients());
    }
    System.out.println("Sent: " + message.getSubject());
  }

  @SuppressWarnings("removal") // JDK 18 and later have callAs
  private static <T> T run(Subject subject, PrivilegedExceptionAction<T> action) throws Exception {
    return Subject.doAs(subject, action);
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalArgumentException("-D" + property + "=... is missing");
    }
    return value;
  }
}
