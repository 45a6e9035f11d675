import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.server.AbstractServer;
import com.icegreen.greenmail.server.ProtocolHandler;
import com.icegreen.greenmail.smtp.SmtpConnection;
import com.icegreen.greenmail.smtp.SmtpHandler;
import com.icegreen.greenmail.smtp.SmtpManager;
import com.icegreen.greenmail.smtp.SmtpServer;
import com.icegreen.greenmail.smtp.SmtpState;
import com.icegreen.greenmail.smtp.commands.HeloCommand;
import com.icegreen.greenmail.smtp.commands.SmtpCommand;
import com.icegreen.greenmail.smtp.commands.SmtpCommandRegistry;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;
import org.apache.kerby.util.NetworkUtil;

/**
 * All of it in one JVM: a KDC (Apache Kerby), an SMTP server (GreenMail) that speaks SPNEGO, and a
 * mail that alice sends with her keytab. Prints the dialogue.
 *
 * <pre>mvn -q test-compile exec:java</pre>
 */
public class EmbeddedDemo {
  private static final String REALM = "EXAMPLE.TEST";

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("smtp-spnego-demo");
    SimpleKdcServer kdc = startKdc(directory);
    try {
      Path serverKeytab = addPrincipal(kdc, "smtp/localhost", directory.resolve("smtp.keytab"));
      Path aliceKeytab = addPrincipal(kdc, "alice", directory.resolve("alice.keytab"));
      GreenMail greenMail = startMailServer(serverKeytab);
      try {
        send(greenMail.getSmtp().getPort(), aliceKeytab);
        System.out.println("Delivered: " + greenMail.getReceivedMessages()[0].getSubject());
      } finally {
        greenMail.stop();
      }
    } finally {
      kdc.stop(); // its threads would keep the JVM
      deleteAll(directory);
    }
  }

  /** This is all that a program does: three properties, and where alice's key is. */
  private static void send(int port, Path keytab) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", "localhost");
    properties.setProperty("mail.smtp.port", Integer.toString(port));
    properties.setProperty("mail.smtp.auth", "true");
    properties.setProperty("mail.smtp.sasl.enable", "true");
    properties.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    properties.setProperty("mail.smtp.sasl.spnego.keytab", keytab.toString());
    properties.setProperty("mail.smtp.sasl.spnego.principal", "alice@" + REALM);

    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom("alice@example.test");
    message.setRecipients(Message.RecipientType.TO, "bob@example.test");
    message.setSubject("Hello from Kerberos");
    message.setText("No password was needed.");
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("", "");
      transport.sendMessage(message, message.getAllRecipients());
    }
  }

  private static SimpleKdcServer startKdc(Path directory) throws Exception {
    SimpleKdcServer kdc = new SimpleKdcServer();
    kdc.setWorkDir(directory.toFile());
    kdc.setKdcRealm(REALM);
    kdc.setKdcHost("localhost");
    kdc.setKdcTcpPort(NetworkUtil.getServerPort());
    kdc.setAllowUdp(false);
    kdc.init();
    kdc.start();
    System.setProperty("java.security.krb5.conf", directory.resolve("krb5.conf").toString());
    return kdc;
  }

  /** Adds a principal with a random key, and writes the key to a file. */
  private static Path addPrincipal(SimpleKdcServer kdc, String name, Path keytab)
      throws KrbException {
    kdc.createPrincipal(name + "@" + REALM);
    kdc.exportPrincipal(name + "@" + REALM, keytab.toFile());
    return keytab;
  }

  private static GreenMail startMailServer(Path keytab) {
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(keytab).hosts("localhost").build();
    GreenMail greenMail =
        new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp")) {
          @Override
          protected Map<String, AbstractServer> createServices(ServerSetup[] all, Managers mgr) {
            return Map.of(
                "smtp",
                new SmtpServer(all[0], mgr) {
                  @Override
                  protected ProtocolHandler createProtocolHandler(Socket client) {
                    return new PrintingHandler(mgr.getSmtpManager(), client, server);
                  }
                });
          }
        };
    greenMail.start();
    return greenMail;
  }

  /** Prints what is said. */
  private static final class PrintingHandler extends SmtpHandler {
    PrintingHandler(SmtpManager manager, Socket client, SmtpAuthServer server) {
      super(new Commands(server.exchange(client.getRemoteSocketAddress())), manager, client);
    }

    @Override
    protected void sendGreetings() {
      try {
        conn =
            new SmtpConnection(this, socket) {
              @Override
              public void send(String line) {
                System.out.println("S: " + shortened(line));
                super.send(line);
              }

              @Override
              public String readLine() throws IOException {
                String line = super.readLine();
                System.out.println("C: " + shortened(line));
                return line;
              }
            };
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      super.sendGreetings();
    }

    private static String shortened(String line) {
      int octets = line == null ? 0 : line.length();
      return octets <= 60 ? line : line.substring(0, 40) + "... (" + octets + " octets)";
    }
  }

  /** GreenMail's commands, with an EHLO that lists GSSAPI and an AUTH that takes it. */
  private static final class Commands extends SmtpCommandRegistry {
    private final SmtpAuthExchange exchange;

    Commands(SmtpAuthExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public SmtpCommand getCommand(String name) {
      return switch (name) {
        case "EHLO" -> new Ehlo();
        case "AUTH" -> new Auth(exchange);
        default -> super.getCommand(name);
      };
    }
  }

  private static final class Ehlo extends HeloCommand {
    @Override
    public void execute(SmtpConnection conn, SmtpState state, SmtpManager manager, String line) {
      conn.setHeloName(line.substring(4).strip());
      conn.send("250-localhost");
      conn.send("250 AUTH " + String.join(" ", SmtpAuthServer.mechanisms()));
    }
  }

  private static final class Auth extends SmtpCommand {
    private final SmtpAuthExchange exchange;

    Auth(SmtpAuthExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void execute(SmtpConnection conn, SmtpState state, SmtpManager manager, String line)
        throws IOException {
      SmtpAuthExchange.Reply reply = exchange.auth(line);
      conn.send(reply.line());
      while (reply.isContinuation()) {
        reply = exchange.auth(conn.readLine());
        conn.send(reply.line());
      }
      if (reply.isSuccess()) {
        conn.setAuthenticated(true);
        System.out.println(
            "Authenticated: " + exchange.principal() + " to " + exchange.targetName());
      }
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
