package io.github.smtpspnego.bench;

import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.JaasLogin;
import io.github.smtpspnego.support.JdkSasl;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.SaslServer;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.MessageProp;
import org.ietf.jgss.Oid;

/**
 * Acceptors alone, in a JVM of their own: the clients' tokens are made before the time is taken.
 *
 * <p>The CPU of a login: {@link SmtpAuthExchange} from the AUTH line to 235, beside the JDK's
 * SPNEGO acceptor with a credential that is kept, from base64 to base64. It is the calling thread's
 * CPU, in batches that take turns. Tokens are used in the order in which they were made: the JDK's
 * list of replays is searched from its newest entry on.
 *
 * <p>Logins a second: the same exchange with a layer offer, beside the JDK's {@code GSSAPI} server,
 * which speaks raw Kerberos and always makes that offer. Clients do not ask for mutual
 * authentication, so that their choice of a layer can be made before the offer.
 */
public final class Acceptors {
  private static final List<Integer> THREADS = List.of(1, 8, 64);
  private static final int LOGINS = 100;
  private static final int LOGINS_IN_A_TURN = 640;
  private static final int TURNS = 15;
  private static final String SERVICE = "smtp/localhost";
  private static final byte[] CHOICE = {1, 0, 0, 0};
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
  private static final GSSManager MANAGER = GSSManager.getInstance();

  private final Subject alice;
  private final Subject acceptor;
  private final SmtpAuthServer ours;
  private final GSSCredential kept;

  /** What a client sends: its token, and its choice of a layer. */
  private record Client(String token, String choice) {}

  /** One login at an acceptor. */
  private interface Login {
    void run(Client client) throws Exception;
  }

  private Acceptors(String clientKeytab, String serverKeytab) throws Exception {
    alice = JaasLogin.initiator(Kdc.full("alice"), clientKeytab);
    acceptor = JaasLogin.acceptor(Kdc.full(SERVICE), serverKeytab);
    ours = SmtpAuthServer.builder().keytab(Path.of(serverKeytab)).hosts("localhost").build();
    Oid[] both = {new Oid(Tokens.SPNEGO), new Oid(Tokens.KERBEROS)};
    int lifetime = GSSCredential.INDEFINITE_LIFETIME;
    kept =
        Dialogue.as(
            acceptor,
            () -> MANAGER.createCredential(null, lifetime, both, GSSCredential.ACCEPT_ONLY));
  }

  static void run(Scene scene, Report report) throws IOException, InterruptedException {
    Map<Integer, Sample[]> samples = new TreeMap<>(); // 0 threads: the CPU
    Process child =
        new ProcessBuilder(
                Scene.java(),
                "-XX:+UseSerialGC",
                "-Xms1g",
                "-Xmx1g",
                "-Djava.security.krb5.conf=" + scene.kdc().configuration(),
                "-Djava.util.logging.config.file="
                    + System.getProperty("java.util.logging.config.file"),
                "-cp",
                System.getProperty("java.class.path"),
                Acceptors.class.getName(),
                scene.kdc().keytab("alice").toString(),
                scene.kdc().keytab(SERVICE).toString(),
                Integer.toString(scene.times(600)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    for (String line : child.inputReader().lines().toList()) {
      String[] words = line.split(" ", -1);
      Sample[] of =
          samples.computeIfAbsent(
              Integer.valueOf(words[0]), threads -> new Sample[] {new Sample(), new Sample()});
      of[0].add(Double.parseDouble(words[1]));
      of[1].add(Double.parseDouble(words[2]));
    }
    if (child.waitFor() != 0) {
      throw new IOException("the acceptors ended with " + child.exitValue());
    }
    Sample[] cpu = samples.remove(0);
    report.table("An acceptor's CPU for a login, µs", "the JDK's SPNEGO", "smtp-spnego", "ratio");
    report.row(cpu[1].show(1), cpu[0].show(1), cpu[0].dividedBy(cpu[1]).show(2));
    report.limit(
        "CPU of our acceptor to the JDK's SPNEGO acceptor", cpu[0].dividedBy(cpu[1]), 1.15);
    report.table(
        "Logins a second at an acceptor", "threads", "the JDK's GSSAPI", "smtp-spnego", "ratio");
    samples.forEach(
        (threads, of) ->
            report.row(
                Integer.toString(threads),
                of[1].show(0),
                of[0].show(0),
                of[0].dividedBy(of[1]).show(2)));
  }

  /** Prints a line for each turn: the threads, 0 for the CPU; what we took; what the JDK took. */
  public static void main(String[] args) throws Exception {
    Acceptors acceptors = new Acceptors(args[0], args[1]);
    int batches = Integer.parseInt(args[2]);
    for (int i = -batches / 2; i < batches; i++) { // the first third warms up
      double[] took =
          inTurns(
              i,
              () -> acceptors.cpu(acceptors::oursAtOnce),
              () -> acceptors.cpu(acceptors::jdksSpnego));
      if (i >= 0) {
        System.out.println("0 " + took[0] + " " + took[1]);
      }
    }
    for (int threads : THREADS) {
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      for (int i = -2; i < TURNS; i++) {
        double[] took =
            inTurns(
                i,
                () -> acceptors.perSecond(pool, threads, true, acceptors::oursWithOffer),
                () -> acceptors.perSecond(pool, threads, false, acceptors::jdksGssapi));
        if (i >= 0) {
          System.out.println(threads + " " + took[0] + " " + took[1]);
        }
      }
      pool.shutdown();
    }
    System.exit(0);
  }

  private static double[] inTurns(int turn, Callable<Double> ours, Callable<Double> jdks)
      throws Exception {
    boolean isOursFirst = turn % 2 == 0;
    double first = (isOursFirst ? ours : jdks).call();
    double second = (isOursFirst ? jdks : ours).call();
    return isOursFirst ? new double[] {first, second} : new double[] {second, first};
  }

  private double cpu(Login login) throws Exception {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < LOGINS; i++) {
      byte[] token = Tokens.first(alice, Tokens.SPNEGO, SERVICE);
      clients.add(new Client(Dialogue.encode(token), ""));
    }
    long before = CPU.getCurrentThreadCpuTime();
    for (Client client : clients) {
      login.run(client);
    }
    return (CPU.getCurrentThreadCpuTime() - before) / 1e3 / LOGINS;
  }

  private double perSecond(ExecutorService pool, int threads, boolean isSpnego, Login login)
      throws Exception {
    List<List<Client>> shares = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      shares.add(new ArrayList<>());
    }
    for (int i = 0; i < LOGINS_IN_A_TURN; i++) {
      shares.get(i % threads).add(client(isSpnego));
    }
    List<Callable<Integer>> logins = new ArrayList<>();
    for (List<Client> share : shares) {
      logins.add(
          () -> {
            for (Client client : share) {
              login.run(client);
            }
            return share.size();
          });
    }
    long before = System.nanoTime();
    for (Future<Integer> ended : pool.invokeAll(logins)) {
      ended.get();
    }
    return LOGINS_IN_A_TURN * 1e9 / (System.nanoTime() - before);
  }

  private Client client(boolean isSpnego) throws Exception {
    GSSContext context = Tokens.context(Tokens.KERBEROS, SERVICE, false);
    byte[] token = Tokens.first(alice, context);
    byte[] choice = context.wrap(CHOICE, 0, CHOICE.length, new MessageProp(0, false));
    return new Client(Dialogue.encode(isSpnego ? spnego(token) : token), Dialogue.encode(choice));
  }

  /** The JDK's SPNEGO initiator would not wrap before it has a reply. */
  private static byte[] spnego(byte[] token) throws GSSException {
    byte[] list = Der.element(Der.SEQUENCE, new Oid(Tokens.KERBEROS).getDER());
    byte[] fields =
        Der.element(
            Der.SEQUENCE,
            Der.element(Der.context(0), list),
            Der.element(Der.context(2), Der.element(Der.OCTET_STRING, token)));
    return Der.element(
        Der.application(0), new Oid(Tokens.SPNEGO).getDER(), Der.element(Der.context(0), fields));
  }

  private void oursAtOnce(Client client) {
    try (SmtpAuthExchange exchange = ours.exchange()) {
      exchange.auth("AUTH GSS-SPNEGO " + client.token);
      check(exchange.auth("").isSuccess());
    }
  }

  private void oursWithOffer(Client client) {
    try (SmtpAuthExchange exchange = ours.exchange()) {
      exchange.auth("AUTH GSSAPI " + client.token);
      exchange.auth("");
      check(exchange.auth(client.choice).isSuccess());
    }
  }

  private void jdksSpnego(Client client) throws Exception {
    byte[] token = Base64.getDecoder().decode(client.token);
    GSSContext context = MANAGER.createContext(kept);
    byte[] reply = context.acceptSecContext(token, 0, token.length);
    Base64.getEncoder().encodeToString(reply);
    check(context.isEstablished() && context.getSrcName().toString().startsWith("alice@"));
    context.dispose();
  }

  private void jdksGssapi(Client client) throws Exception {
    SaslServer server =
        Dialogue.as(acceptor, () -> JdkSasl.server("localhost", Map.of(), Acceptors::allow));
    byte[] challenge = server.evaluateResponse(Base64.getDecoder().decode(client.token));
    if (challenge == null || challenge.length == 0) {
      challenge = server.evaluateResponse(new byte[0]);
    }
    Base64.getEncoder().encodeToString(challenge);
    server.evaluateResponse(Base64.getDecoder().decode(client.choice));
    check(server.isComplete());
    server.dispose();
  }

  private static void allow(Callback[] callbacks) {
    ((AuthorizeCallback) callbacks[0]).setAuthorized(true);
  }

  private static void check(boolean isIn) {
    if (!isIn) {
      throw new IllegalStateException("refused");
    }
  }
}
