import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.subethamail.smtp.AuthenticationHandler;
import org.subethamail.smtp.AuthenticationHandlerFactory;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/**
 * The same as SmtpServer with another SMTP server, SubEthaSMTP: what it takes is an
 * AuthenticationHandlerFactory of a few lines.
 *
 * <pre>java -Dport=2525 -Dhost=mail.example.com -Dkeytab=/etc/smtp.keytab \
 *     -cp 'libs/*' examples/SubEthaServer.java</pre>
 *
 * <p>SubEthaSMTP reads lines of at most 998 octets. Tickets with a PAC do not fit into SPNEGO under
 * that limit: those of Active Directory have one, and those of MIT Kerberos from 1.20 on.
 */
public class SubEthaServer {
  public static void main(String[] args) throws Exception {
    String keytab = System.getProperty("keytab");
    if (keytab == null) {
      throw new IllegalArgumentException("-Dkeytab=FILE is missing");
    }
    SMTPServer server = start(System.getProperty("host"), Integer.getInteger("port", 2525), keytab);
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
    System.out.println("Listening on port " + server.getPortAllocated());
    Thread.currentThread().join(); // until SIGTERM
  }

  static SMTPServer start(String host, int port, String keytab) throws Exception {
    SmtpAuthServer.Builder builder = SmtpAuthServer.builder().keytab(Path.of(keytab));
    if (host != null) {
      builder.hosts(host);
    }
    SmtpAuthServer kerberos = builder.build();
    kerberos.check();
    SMTPServer server =
        SMTPServer.port(port)
            .requireAuth()
            .authenticationHandlerFactory(new KerberosHandlers(kerberos))
            .messageHandler(
                (context, from, to, data) -> {
                  Object client = context.getAuthenticationHandler().get().getIdentity();
                  System.out.println("Mail from " + client + " to " + to);
                })
            .build();
    server.start();
    return server;
  }

  private record KerberosHandlers(SmtpAuthServer server) implements AuthenticationHandlerFactory {
    @Override
    public List<String> getAuthenticationMechanisms() {
      return SmtpAuthServer.mechanisms();
    }

    @Override
    public AuthenticationHandler create() {
      return new KerberosHandler(server);
    }
  }

  /** Replies that go on are returned, refusals thrown; the 235 is SubEthaSMTP's own. */
  private static final class KerberosHandler implements AuthenticationHandler {
    private final SmtpAuthServer server;
    private SmtpAuthExchange exchange;

    KerberosHandler(SmtpAuthServer server) {
      this.server = server;
    }

    @Override
    public Optional<String> auth(String line, MessageContext context) throws RejectException {
      if (exchange == null) {
        exchange = server.exchange(context.getRemoteAddress());
      }
      SmtpAuthExchange.Reply reply = exchange.auth(line);
      if (reply.isContinuation()) {
        return Optional.of(reply.line());
      }
      exchange.close(); // SubEthaSMTP does not tell when the client leaves
      if (reply.isSuccess()) {
        return Optional.empty();
      }
      throw new RejectException(reply.code(), reply.enhancedStatus() + " " + reply.text());
    }

    @Override
    public Object getIdentity() {
      return exchange.authorizationId();
    }
  }
}
