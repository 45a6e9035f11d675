import io.github.smtpspnego.smtp.SmtpAuthClient;
import java.io.IOException;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.commons.net.smtp.SMTPSClient;
import org.apache.commons.net.smtp.SimpleSMTPHeader;

/**
 * Sends one mail with Apache Commons Net, which knows nothing of Kerberos: SmtpAuthClient makes the
 * lines of the AUTH command, and any SMTP client can send them.
 *
 * <pre>java -Dhost=mail.contoso.com -Dport=587 -Dfrom=alice@contoso.com -Dto=bob@contoso.com \
 *     -cp 'libs/*' examples/SendMailWithCommonsNet.java</pre>
 *
 * <p>Credentials and all else are set as everywhere: -Dmail.smtp.sasl.spnego.keytab=FILE, or
 * nothing for the user's own ticket. -Dstarttls=false leaves the connection without TLS.
 */
public class SendMailWithCommonsNet {
  public static void main(String[] args) throws Exception {
    String host = required("host");
    boolean isTls = !"false".equals(System.getProperty("starttls"));
    String from = required("from");
    String to = required("to");
    SMTPSClient smtp = new SMTPSClient(false, SSLContext.getDefault());
    smtp.setEndpointCheckingEnabled(true);
    smtp.connect(host, Integer.getInteger("port", 587));
    try {
      smtp.sendCommand("EHLO", "localhost");
      if (isTls) {
        check(smtp, smtp.execTLS());
        smtp.sendCommand("EHLO", "localhost");
      }
      authenticate(smtp, host, isTls);

      String header = new SimpleSMTPHeader(from, to, "Sent with Commons Net").toString();
      check(smtp, smtp.sendSimpleMessage(from, to, header + "No password was needed."));
      smtp.logout();
    } finally {
      smtp.disconnect();
    }
    System.out.println("Sent: Sent with Commons Net");
  }

  /** Throws unless the server lets the client in and has proved its own identity. */
  private static void authenticate(SMTPSClient smtp, String host, boolean isTls)
      throws IOException {
    try (SmtpAuthClient auth = new SmtpAuthClient(host, Map.of())) {
      String line = auth.firstLine(smtp.getReplyString(), isTls);
      while (!auth.isComplete()) {
        smtp.sendCommand(line);
        line = auth.nextLine(smtp.getReplyString());
      }
    }
  }

  private static void check(SMTPSClient smtp, boolean succeeded) throws IOException {
    if (!succeeded) {
      throw new IOException("The server answered " + smtp.getReplyString());
    }
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalArgumentException("-D" + property + "=... is missing");
    }
    return value;
  }
}
