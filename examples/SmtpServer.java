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
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;

/**
 * An SMTP server (GreenMail) that takes mail from clients with a Kerberos ticket: by SPNEGO, as
 * Outlook, .NET and this library send it, or by raw Kerberos, as curl and Thunderbird do.
 *
 * <pre>java -Dport=2525 -Dhost=mail.example.com -Dkeytab=/etc/smtp.keytab \
 *     -Dprincipal=smtp/mail.example.com@EXAMPLE.COM -cp 'libs/*' examples/SmtpServer.java</pre>
 *
 * <p>{@code port} is 2525 where it is not given; without {@code host} the server answers on all
 * addresses to tickets for any host that the keytab has a key for. Without {@code principal} it
 * takes tickets for {@code smtp} and {@code SMTPSVC} on its host; with it, tickets of any name that
 * fit the key of that principal. It prints a line when it listens and one for each mail, and stops
 * on SIGTERM.
 */
public class SmtpServer {
  public static void main(String[] args) throws Exception {
    String host = System.getProperty("host");
    String principal = System.getProperty("principal");
    SmtpAuthServer.Builder builder = SmtpAuthServer.builder().keytab(Path.of(required("keytab")));
    if (host != null) {
      builder.hosts(host);
    }
    if (principal != null) {
      builder.principal(principal);
    }
    SmtpAuthServer server = builder.build();
    server.check();

    int port = Integer.getInteger("port", 2525);
    ServerSetup setup = new ServerSetup(port, host == null ? "0.0.0.0" : host, "smtp");
    GreenMail greenMail =
        new GreenMail(setup) {
          @Override
          protected Map<String, AbstractServer> createServices(ServerSetup[] all, Managers mgr) {
            return Map.of("smtp", new Listener(all[0], mgr, server));
          }
        };
    greenMail.start();
    Runtime.getRuntime().addShutdownHook(new Thread(greenMail::stop));
    System.out.println("Listening on port " + greenMail.getSmtp().getPort());
    Thread.currentThread().join(); // until SIGTERM
  }

  private static final class Listener extends com.icegreen.greenmail.smtp.SmtpServer {
    private final SmtpAuthServer server;

    Listener(ServerSetup setup, Managers managers, SmtpAuthServer server) {
      super(setup, managers);
      this.server = server;
    }

    @Override
    protected ProtocolHandler createProtocolHandler(Socket client) {
      try {
        client.setTcpNoDelay(true); // GreenMail sends each line of a reply by itself
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Handler(managers.getSmtpManager(), client, server);
    }
  }

  private static final class Handler extends SmtpHandler {
    private final SmtpAuthExchange exchange;

    Handler(SmtpManager manager, Socket client, SmtpAuthServer server) {
      this(manager, client, server.exchange(client.getRemoteSocketAddress()));
    }

    private Handler(SmtpManager manager, Socket client, SmtpAuthExchange exchange) {
      super(new Commands(exchange), manager, client);
      this.exchange = exchange;
    }

    @Override
    public void run() {
      try (exchange) {
        super.run();
      }
    }

    @Override
    protected void sendGreetings() {
      try {
        conn = new BoundedConnection(this, socket); // nothing was read or sent before
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      super.sendGreetings();
    }

    @Override
    protected boolean commandLegalSize() {
      // GreenMail's limit is shorter than many tickets; the exchange has one of its own.
      return currentLine.regionMatches(true, 0, "AUTH ", 0, 5) || super.commandLegalSize();
    }
  }

  /** GreenMail reads lines of any length. */
  private static final class BoundedConnection extends SmtpConnection {
    private final SmtpAuthExchange.LineReader lines;

    BoundedConnection(SmtpHandler handler, Socket socket) throws IOException {
      this(handler, socket, new BufferedInputStream(socket.getInputStream()));
    }

    private BoundedConnection(SmtpHandler handler, Socket socket, InputStream in)
        throws IOException {
      super(handler, new SharedSocket(socket, in));
      lines = new SmtpAuthExchange.LineReader(in);
    }

    @Override
    public String readLine() throws IOException {
      return lines.readLine();
    }
  }

  /** Lets GreenMail read messages from the stream that lines are read from, and no octet ahead. */
  private static final class SharedSocket extends Socket {
    private final Socket socket;
    private final InputStream in;

    SharedSocket(Socket socket, InputStream in) {
      this.socket = socket;
      this.in = in;
    }

    @Override
    public InputStream getInputStream() {
      return new FilterInputStream(in) {
        @Override
        public int read(byte[] octets, int offset, int length) throws IOException {
          return super.read(octets, offset, Math.min(length, 1));
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return socket.getOutputStream();
    }

    @Override
    public InetAddress getInetAddress() {
      return socket.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
      return socket.getLocalAddress();
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
