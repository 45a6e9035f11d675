package io.github.smtpspnego.support;

import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.server.AbstractServer;
import com.icegreen.greenmail.server.ProtocolHandler;
import com.icegreen.greenmail.smtp.SmtpConnection;
import com.icegreen.greenmail.smtp.SmtpHandler;
import com.icegreen.greenmail.smtp.SmtpManager;
import com.icegreen.greenmail.smtp.SmtpServer;
import com.icegreen.greenmail.smtp.SmtpState;
import com.icegreen.greenmail.smtp.commands.HeloCommand;
import com.icegreen.greenmail.smtp.commands.MailCommand;
import com.icegreen.greenmail.smtp.commands.SmtpCommand;
import com.icegreen.greenmail.smtp.commands.SmtpCommandRegistry;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * A real SMTP server (GreenMail) on a free port, with {@link SmtpAuthExchange} for its AUTH
 * command. It takes mail from authenticated clients only, and records the dialogue.
 */
public final class MailServer implements AutoCloseable {
  /** More than there are threads in any test: who is turned away comes back after a second. */
  private static final int MOST_WAITING = 256;

  private final SmtpAuthServer authServer;
  private final List<String> dialogue = Collections.synchronizedList(new ArrayList<>());
  private final List<String> principals = Collections.synchronizedList(new ArrayList<>());
  private final List<String> authorizationIds = Collections.synchronizedList(new ArrayList<>());
  private final List<GSSCredential> delegated = Collections.synchronizedList(new ArrayList<>());
  private final GreenMail greenMail;

  private MailServer(@Nullable String name, Map<String, ?> settings) {
    this.authServer = AuthServers.of(name, settings);
    this.greenMail = new KerberosGreenMail();
  }

  /** Starts localhost with these settings of the acceptor. */
  public static MailServer start(Map<String, ?> settings) {
    return start("localhost", settings);
  }

  /** Starts a server of this name; without one it takes tickets for any key that it has. */
  public static MailServer start(@Nullable String name, Map<String, ?> settings) {
    MailServer server = new MailServer(name, settings);
    server.greenMail.start();
    return server;
  }

  public int port() {
    return greenMail.getSmtp().getPort();
  }

  /** What was said on all connections: "C: ..." and "S: ...", without the mails themselves. */
  public List<String> dialogue() {
    return List.copyOf(dialogue);
  }

  /** Who authenticated, in order. */
  public List<String> principals() {
    return List.copyOf(principals);
  }

  /** As whom they may act, in the same order. */
  public List<String> authorizationIds() {
    return List.copyOf(authorizationIds);
  }

  /** The credentials that they forwarded. */
  public List<GSSCredential> delegated() {
    return List.copyOf(delegated);
  }

  public MimeMessage[] received() {
    return greenMail.getReceivedMessages();
  }

  @Override
  public void close() {
    greenMail.stop();
  }

  private static ServerSetup setup() {
    ServerSetup setup = new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP);
    setup.setServerStartupTimeout(60_000);
    return setup;
  }

  private final class KerberosGreenMail extends GreenMail {
    KerberosGreenMail() {
      super(setup());
    }

    @Override
    protected Map<String, AbstractServer> createServices(ServerSetup[] config, Managers mgr) {
      return Map.of(
          ServerSetup.PROTOCOL_SMTP,
          new SmtpServer(config[0], mgr) {
            @Override
            protected ServerSocket openServerSocket() throws IOException {
              return new ServerSocket(0, MOST_WAITING, bindTo);
            }

            @Override
            protected ProtocolHandler createProtocolHandler(Socket clientSocket) {
              noDelay(clientSocket);
              return new Handler(mgr.getSmtpManager(), clientSocket);
            }
          });
    }
  }

  /** A reply of two lines goes out as two segments; the second would wait for the first's ACK. */
  private static void noDelay(Socket socket) {
    try {
      socket.setTcpNoDelay(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Handler extends SmtpHandler {
    Handler(SmtpManager manager, Socket socket) {
      super(new Commands(), manager, socket);
    }

    @Override
    protected void sendGreetings() {
      try {
        conn = new RecordingConnection(this, socket); // nothing was read or sent before
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      super.sendGreetings();
    }

    @Override
    protected boolean commandLegalSize() {
      return currentLine.regionMatches(true, 0, "AUTH ", 0, 5) || super.commandLegalSize();
    }
  }

  private final class RecordingConnection extends SmtpConnection {
    RecordingConnection(SmtpHandler handler, Socket socket) throws IOException {
      super(handler, socket);
    }

    @Override
    public void send(String line) {
      dialogue.add("S: " + line);
      super.send(line);
    }

    @Override
    public String readLine() throws IOException {
      String line = super.readLine();
      if (line != null) {
        dialogue.add("C: " + line);
      }
      return line;
    }
  }

  /** The commands of one connection. */
  private final class Commands extends SmtpCommandRegistry {
    private final Map<String, SmtpCommand> ours =
        Map.of("EHLO", new Ehlo(), "AUTH", new Auth(), "MAIL", new AuthenticatedMail());

    @Override
    public SmtpCommand getCommand(String name) {
      SmtpCommand command = ours.get(name);
      return command == null ? super.getCommand(name) : command;
    }
  }

  private static final class Ehlo extends HeloCommand {
    @Override
    public void execute(
        SmtpConnection conn, SmtpState state, SmtpManager manager, String commandLine) {
      conn.setHeloName(commandLine.substring(4).strip());
      state.clearMessage();
      conn.send("250-" + conn.getServerGreetingsName());
      conn.send("250 AUTH " + String.join(" ", SmtpAuthServer.mechanisms()));
    }
  }

  private final class Auth extends SmtpCommand {
    private final SmtpAuthExchange exchange = authServer.exchange();

    @Override
    public void execute(
        SmtpConnection conn, SmtpState state, SmtpManager manager, String commandLine)
        throws IOException {
      Reply reply = exchange.auth(commandLine);
      conn.send(reply.line());
      while (reply.isContinuation()) {
        reply = exchange.auth(conn.readLine());
        conn.send(reply.line());
      }
      if (reply.isSuccess()) {
        conn.setAuthenticated(true);
        principals.add(exchange.principal());
        authorizationIds.add(exchange.authorizationId());
        exchange.delegatedCredential().ifPresent(delegated::add);
      }
    }
  }

  private static final class AuthenticatedMail extends MailCommand {
    @Override
    public void execute(
        SmtpConnection conn, SmtpState state, SmtpManager manager, String commandLine) {
      if (conn.isAuthenticated()) {
        super.execute(conn, state, manager, commandLine);
      } else {
        conn.send("530 5.7.0 Authentication required");
      }
    }
  }
}
