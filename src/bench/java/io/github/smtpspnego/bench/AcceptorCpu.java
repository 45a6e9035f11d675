package io.github.smtpspnego.bench;

import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.Oid;

/**
 * The CPU that a login takes at the acceptor: {@link SmtpAuthExchange}, from the AUTH line to 235,
 * and the JDK's SPNEGO acceptor with a credential that is kept, from base64 to base64. It is the
 * calling thread's CPU, in batches that take turns, so that what else the machine does hits both.
 *
 * <p>Each batch has its own tokens, made just before it in the order in which they are used: the
 * JDK's list of replays is searched from its newest entry on.
 *
 * <p>Arguments: batches (600), logins in a batch (100).
 */
public final class AcceptorCpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final String PREFIX = "AUTH GSS-SPNEGO ";

  private final Subject alice;
  private final SmtpAuthServer ours;
  private final Subject acceptor;
  private final GSSManager manager = GSSManager.getInstance();
  private final GSSCredential kept;

  private AcceptorCpu() throws Exception {
    Kdc kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    Path keytab = kdc.keytab("smtp/localhost");
    ours = SmtpAuthServer.builder().keytab(keytab).hosts("localhost").build();
    acceptor = kdc.acceptor("smtp/localhost", keytab);
    Oid[] mechanisms = {new Oid(Tokens.SPNEGO), new Oid(Tokens.KERBEROS)};
    kept =
        Dialogue.as(
            acceptor,
            () ->
                manager.createCredential(
                    null,
                    GSSCredential.INDEFINITE_LIFETIME,
                    mechanisms,
                    GSSCredential.ACCEPT_ONLY));
  }

  /** Prints microseconds for a login, and the ratio, each with its quartiles. */
  public static void main(String[] args) throws Exception {
    int batches = args.length > 0 ? Integer.parseInt(args[0]) : 600;
    int logins = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    AcceptorCpu bench = new AcceptorCpu();
    double[] ours = new double[batches];
    double[] jdks = new double[batches];
    double[] ratios = new double[batches];
    for (int i = -batches / 2; i < batches; i++) { // the first third warms up
      double first = i % 2 == 0 ? bench.ours(logins) : bench.jdks(logins);
      double second = i % 2 == 0 ? bench.jdks(logins) : bench.ours(logins);
      if (i >= 0) {
        ours[i] = i % 2 == 0 ? first : second;
        jdks[i] = i % 2 == 0 ? second : first;
        ratios[i] = ours[i] / jdks[i];
      }
    }
    System.out.println("Java " + System.getProperty("java.version"));
    print("smtp-spnego, microseconds", ours);
    print("JDK's SPNEGO, microseconds", jdks);
    print("ratio", ratios);
    System.exit(0);
  }

  private static void print(String what, double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    System.out.printf(
        Locale.ROOT,
        "%-28s median %7.2f   quartiles %7.2f to %7.2f%n",
        what,
        sorted[n / 2],
        sorted[n / 4],
        sorted[3 * n / 4]);
  }

  private double ours(int logins) throws Exception {
    List<String> lines = new ArrayList<>();
    for (String token : tokens(logins)) {
      lines.add(PREFIX + token);
    }
    long before = THREADS.getCurrentThreadCpuTime();
    for (String line : lines) {
      try (SmtpAuthExchange exchange = ours.exchange()) {
        exchange.auth(line);
        if (!exchange.auth("").isSuccess()) {
          throw new IllegalStateException("refused");
        }
      }
    }
    return microseconds(before, logins);
  }

  private double jdks(int logins) throws Exception {
    List<String> tokens = tokens(logins);
    long before = THREADS.getCurrentThreadCpuTime();
    for (String base64 : tokens) {
      byte[] token = Base64.getDecoder().decode(base64);
      GSSContext context = manager.createContext(kept);
      byte[] reply = context.acceptSecContext(token, 0, token.length);
      Base64.getEncoder().encodeToString(reply);
      if (!context.isEstablished() || !context.getSrcName().toString().startsWith("alice@")) {
        throw new IllegalStateException("refused");
      }
      context.dispose();
    }
    return microseconds(before, logins);
  }

  private static double microseconds(long before, int logins) {
    return (THREADS.getCurrentThreadCpuTime() - before) / 1000.0 / logins;
  }

  private List<String> tokens(int count) throws Exception {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tokens.add(Dialogue.encode(Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost")));
    }
    return tokens;
  }
}
