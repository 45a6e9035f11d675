import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.security.PrivilegedExceptionAction;
import java.util.Map;
import java.util.Properties;
import javax.security.auth.Subject;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;

/**
 * Sends one mail with credentials that the program has already: as a web application does that
 * logged its user in by Kerberos, once with the user's Subject and once with a GSSCredential, such
 * as a delegated one from {@code GSSContext.getDelegCred()}.
 *
 * <pre>java -Dmail.smtp.host=mail.contoso.com -Dfrom=alice@contoso.com -Dto=bob@contoso.com \
 *     -cp 'libs/*' examples/SendMailAsCaller.java</pre>
 */
public class SendMailAsCaller {
  public static void main(String[] args) throws Exception {
    required("from");
    required("to");
    Subject caller = callersSubject();
    // Subject.callAs on JDK 18 and later; doAs works everywhere.
    run(caller, () -> send("Sent as the calling Subject", null));

    GSSCredential credential =
        run(caller, () -> GSSManager.getInstance().createCredential(GSSCredential.INITIATE_ONLY));
    send("Sent with a GSSCredential", credential);
  }

  private static String send(String subject, GSSCredential credential) throws MessagingException {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.auth", "true");
    properties.setProperty("mail.smtp.sasl.enable", "true");
    properties.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    properties.putAll(System.getProperties());
    if (credential != null) {
      properties.put(Sasl.CREDENTIALS, credential);
    }

    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress(required("from")));
    message.setRecipients(Message.RecipientType.TO, required("to"));
    message.setSubject(System.getProperty("subject", subject));
    message.setText("The caller's credentials were used.");

    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("", "");
      transport.sendMessage(message, message.getAllRecipients());
    }
    System.out.println("Sent: " + message.getSubject());
    return subject;
  }

  /** Stands for what the application's own login did: here, from the user's ticket cache. */
  private static Subject callersSubject() throws Exception {
    AppConfigurationEntry[] entries = {
      new AppConfigurationEntry(
          "com.sun.security.auth.module.Krb5LoginModule",
          LoginModuleControlFlag.REQUIRED,
          Map.of("useTicketCache", "true", "doNotPrompt", "true"))
    };
    Configuration configuration =
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return entries;
          }
        };
    Subject subject = new Subject();
    new LoginContext("caller", subject, null, configuration).login();
    return subject;
  }

  @SuppressWarnings("removal") // JDK 18 and later have callAs
  private static <T> T run(Subject subject, PrivilegedExceptionAction<T> action) throws Exception {
    return Subject.doAs(subject, action);
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalArgumentException("-D" + property + "=ADDRESS is missing");
    }
    return value;
  }
}
