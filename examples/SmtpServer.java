import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.server.AbstractServer;
import com.icegreen.greenmail.server.ProtocolHandler;
import com.icegreen.greenmail.smtp.SmtpConnection;
import com.icegreen.greenmail.smtp.SmtpHandler;
import com.icegreen.greenmail.smtp.SmtpManager;
import com.icegreen.greenmail.smtp.SmtpState;
import com.icegreen.greenmail.smtp.commands.DataCommand;
import com.icegreen.greenmail.smtp.commands.HeloCommand;
import com.icegreen.greenmail.smtp.commands.MailCommand;
import com.icegreen.greenmail.smtp.commands.SmtpCommand;
import com.icegreen.greenmail.smtp.commands.SmtpCommandRegistry;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.github.smtpspnego.smtp.Reply;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Map;

/**
 * An SMTP server (GreenMail) that takes mail from clients with a Kerberos ticket: by SPNEGO, as
 * Outlook, .NET and this library send it, or by raw Kerberos, as curl and Thunderbird do.
 *
 * <pre>java -Dport=2525 -Dhost=mail.example.com -Dkeytab=/etc/smtp.keytab \
 *     -Dprincipal=smtp/mail.example.com@EXAMPLE.COM -cp 'libs/*' examples/SmtpServer.java</pre>
 *
 * <p>{@code port} is 2525 where it is not given; without {@code host} the server answers on all
 * addresses to tickets for any of its names, and without {@code principal} any key of the keytab
 * will do. It prints a line when it listens and one for each mail, and stops on SIGTERM.
 */
public class SmtpServer {
  public static void main(String[] args) throws Exception {
    String host = System.getProperty("host");
    int port = Integer.getInteger("port", 2525);
    Map<String, String> settings =
        Map.of(
            "mail.smtp.sasl.spnego.keytab", required("keytab"),
            "mail.smtp.sasl.spnego.principal", System.getProperty("principal", "*"));

    ServerSetup setup = new ServerSetup(port, host == null ? "0.0.0.0" : host, "smtp");
    GreenMail greenMail =
        new GreenMail(setup) {
          @Override
          protected Map<String, AbstractServer> createServices(ServerSetup[] all, Managers mgr) {
            return Map.of("smtp", new Listener(all[0], mgr, host, settings));
          }
        };
    greenMail.start();
    Runtime.getRuntime().addShutdownHook(new Thread(greenMail::stop));
    System.out.println("Listening on port " + greenMail.getSmtp().getPort());
    Thread.currentThread().join(); // until SIGTERM
  }

  private static final class Listener extends com.icegreen.greenmail.smtp.SmtpServer {
    private final String host;
    private final Map<String, String> settings;

    Listener(ServerSetup setup, Managers managers, String host, Map<String, String> settings) {
      super(setup, managers);
      this.host = host;
      this.settings = settings;
    }

    @Override
    protected ProtocolHandler createProtocolHandler(Socket client) {
      try {
        client.setTcpNoDelay(true); // GreenMail sends each line of a reply by itself
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      SmtpAuthExchange exchange = new SmtpAuthExchange(host, settings);
      return new SmtpHandler(new Commands(exchange), managers.getSmtpManager(), client) {
        @Override
        protected boolean commandLegalSize() {
          // GreenMail's limit is shorter than many tickets; the exchange has one of its own.
          return currentLine.regionMatches(true, 0, "AUTH ", 0, 5) || super.commandLegalSize();
        }
      };
    }
  }

  /** GreenMail's commands, and those of one connection that differ. */
  private static final class Commands extends SmtpCommandRegistry {
    private final Map<String, SmtpCommand> ours;

    Commands(SmtpAuthExchange exchange) {
      ours =
          Map.of(
              "EHLO", new Ehlo(),
              "AUTH", new Auth(exchange),
              "MAIL", new Mail(),
              "DATA", new Data(exchange));
    }

    @Override
    public SmtpCommand getCommand(String name) {
      SmtpCommand command = ours.get(name);
      return command == null ? super.getCommand(name) : command;
    }
  }

  private static final class Ehlo extends HeloCommand {
    @Override
    public void execute(SmtpConnection conn, SmtpState state, SmtpManager manager, String line) {
      conn.setHeloName(line.substring(4).strip());
      state.clearMessage();
      conn.send("250-" + conn.getServerGreetingsName());
      conn.send("250 AUTH " + String.join(" ", SmtpAuthExchange.mechanisms()));
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
      Reply reply = exchange.auth(line);
      conn.send(reply.line());
      while (reply.isContinuation()) {
        reply = exchange.auth(conn.readLine());
        conn.send(reply.line());
      }
      conn.setAuthenticated(exchange.isAuthenticated());
    }
  }

  private static final class Mail extends MailCommand {
    @Override
    public void execute(SmtpConnection conn, SmtpState state, SmtpManager manager, String line) {
      if (conn.isAuthenticated()) {
        super.execute(conn, state, manager, line);
      } else {
        conn.send("530 5.7.0 Authentication required");
      }
    }
  }

  private static final class Data extends DataCommand {
    private final SmtpAuthExchange exchange;

    Data(SmtpAuthExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void execute(SmtpConnection conn, SmtpState state, SmtpManager manager, String line)
        throws IOException {
      var message = state.getMessage();
      super.execute(conn, state, manager, line);
      if (message.getMessage() != null) { // it was taken, not refused
        System.out.println("Mail from " + exchange.principal() + " to " + message.getToAddresses());
      }
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
