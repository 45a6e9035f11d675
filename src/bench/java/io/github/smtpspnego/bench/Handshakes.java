package io.github.smtpspnego.bench;

import com.sun.management.ThreadMXBean;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.sasl.SpnegoSaslClient;
import io.github.smtpspnego.sasl.SpnegoSaslServerFactory;
import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.support.JaasLogin;
import io.github.smtpspnego.support.Kdc;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.security.PrivilegedExceptionAction;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslServer;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.MessageProp;
import org.ietf.jgss.Oid;

/**
 * Handshakes in one thread, without a socket and with the service ticket cached, in a JVM of their
 * own. Pairs of an initiator and an acceptor take turns; a turn is a batch.
 *
 * <p>A batch takes one step of all of its handshakes before the next step. So the CPU time of the
 * thread is read twice for many calls, and the initiator's part can be told from the acceptor's.
 */
public final class Handshakes {
  /** Who makes a handshake. */
  private enum Pair {
    /** The floor: a kept credential, a kept name, and the calls that no client can do without. */
    BARE("bare `GSSContext` calls"),
    CLIENT("our `SaslClient`"),
    FACTORY("our `SaslClient` by `Sasl.createSaslClient`"),
    BOTH("our `SaslClient` and `SaslServer`");

    final String label;

    Pair(String label) {
      this.label = label;
    }
  }

  private static final String OFFER = "with a layer offer";
  private static final int BATCH = 20;

  /** Batches of each pair between two looks at the ratio. */
  private static final int WINDOW = 50;

  /** The ratio stands still where it changes by less than this, so many windows in succession. */
  private static final double STILL = 0.01;

  private static final int STILL_WINDOWS = 5;
  private static final int MOST_WINDOWS = 80;
  private static final byte[] LAYERS = {1, 0, 0, 0};
  private static final byte[] NOTHING = {};
  private static final GSSManager MANAGER = GSSManager.getInstance();
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final boolean isOffered;
  private final Map<String, String> ofClient;
  private final Map<String, String> ofServer;
  private final Subject alice;
  private final Subject server;
  private final Oid spnego = new Oid("1.3.6.1.5.5.2");
  private final GSSName name = MANAGER.createName("smtp@localhost", GSSName.NT_HOSTBASED_SERVICE);
  private final GSSCredential credential;

  private Handshakes(boolean isOffered, String clientKeytab, String serverKeytab) throws Exception {
    this.isOffered = isOffered;
    ofClient = Map.of("mail.smtp.sasl.spnego.keytab", clientKeytab);
    ofServer = Map.of("mail.smtp.sasl.spnego.keytab", serverKeytab);
    alice = JaasLogin.initiator(Kdc.full("alice"), clientKeytab);
    server = JaasLogin.acceptor(Kdc.full("smtp/localhost"), serverKeytab);
    PrivilegedExceptionAction<GSSCredential> find =
        () -> MANAGER.createCredential(null, 0, spnego, GSSCredential.INITIATE_ONLY);
    credential = Subject.doAs(alice, find);
  }

  static void run(Scene scene, Report report, Charts charts)
      throws IOException, InterruptedException {
    report.table(
        "A handshake without sockets, CPU of the thread, µs",
        "ending",
        "sides",
        "initiator",
        "to the floor",
        "both sides",
        "to the floor",
        "initiator allocates, KB");
    Sample search = new Sample();
    for (String ending : List.of(OFFER, "at once")) {
      Map<Pair, Sample[]> took = measure(ending, scene);
      Sample[] floor = took.get(Pair.BARE);
      took.forEach(
          (pair, of) ->
              report.row(
                  ending,
                  pair.label,
                  of[0].show(1),
                  of[0].dividedBy(floor[0]).show(2),
                  of[1].show(1),
                  of[1].dividedBy(floor[1]).show(2),
                  of[2].show(1)));
      report.limit(
          "CPU of our initiator to bare calls, " + ending,
          took.get(Pair.CLIENT)[0].dividedBy(floor[0]),
          1.15);
      charts.handshakes(ending, took.values().stream().map(of -> of[0]).limit(3).toList());
      search.addAll(took.get(Pair.FACTORY)[0].minus(took.get(Pair.CLIENT)[0]));
    }
    report.note(
        "The search of `Sasl.createSaslClient` through all security providers takes "
            + search.show(1)
            + " µs. It is the JDK's own, and our transport does without it.");
  }

  private static Map<Pair, Sample[]> measure(String ending, Scene scene)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Scene.java(),
            "-XX:+UseSerialGC",
            "-Xms512m",
            "-Xmx512m",
            "-Djava.security.krb5.conf=" + scene.kdc().configuration(),
            "-cp",
            System.getProperty("java.class.path"),
            Handshakes.class.getName(),
            ending,
            scene.kdc().keytab("alice").toString(),
            scene.kdc().keytab("smtp/localhost").toString(),
            Integer.toString(scene.times(500)));
    Map<Pair, Sample[]> took = new EnumMap<>(Pair.class);
    for (Pair pair : Pair.values()) {
      took.put(pair, new Sample[] {new Sample(), new Sample(), new Sample()});
    }
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    for (String line : child.inputReader().lines().toList()) {
      String[] words = line.split(" ", -1);
      for (int i = 0; i < 3; i++) {
        took.get(Pair.valueOf(words[0]))[i].add(Double.parseDouble(words[i + 1]));
      }
    }
    if (child.waitFor() != 0) {
      throw new IOException("the handshakes ended with " + child.exitValue());
    }
    return took;
  }

  /**
   * Logs in at the KDC of the JVM that started this one, and prints a line for each batch: the
   * pair, the CPU of the initiator and of both in µs, and what the initiator allocated in KB.
   */
  public static void main(String[] args) throws Exception {
    SpnegoProvider.install();
    Handshakes handshakes = new Handshakes(args[0].equals(OFFER), args[1], args[2]);
    handshakes.warmUp();
    for (int round = Integer.parseInt(args[3]); round > 0; round--) {
      for (Pair pair : Pair.values()) {
        double[] took = handshakes.batch(pair);
        System.out.println(pair + " " + took[0] + " " + took[1] + " " + took[2]);
      }
    }
  }

  private void warmUp() throws Exception {
    double ratio = 0;
    int still = 0;
    for (int window = 0; window < MOST_WINDOWS; window++) {
      Sample floor = new Sample();
      Sample ours = new Sample();
      for (int i = 0; i < WINDOW; i++) {
        floor.add(batch(Pair.BARE)[0]);
        ours.add(batch(Pair.CLIENT)[0]);
        batch(Pair.FACTORY);
        batch(Pair.BOTH);
      }
      double before = ratio;
      ratio = ours.dividedBy(floor).median();
      still = Math.abs(ratio - before) < STILL ? still + 1 : 0;
      if (still == STILL_WINDOWS) {
        return;
      }
    }
  }

  private double[] batch(Pair pair) throws Exception {
    Side[] initiators = new Side[BATCH];
    Side[] acceptors = new Side[BATCH];
    byte[][] tokens = new byte[BATCH][];
    for (int i = 0; i < BATCH; i++) {
      initiators[i] = pair == Pair.BARE ? new Initiator() : new Client(pair == Pair.FACTORY);
      acceptors[i] = pair == Pair.BOTH ? new Server() : new Acceptor();
      tokens[i] = NOTHING;
    }
    long[] ofInitiators = new long[2];
    long[] ofAcceptors = new long[2];
    boolean isOver = false;
    while (!isOver) {
      isOver = tokens[0] == null;
      step(initiators, tokens, ofInitiators);
      step(acceptors, tokens, ofAcceptors);
    }
    return new double[] {
      ofInitiators[0] / 1e3 / BATCH,
      (ofInitiators[0] + ofAcceptors[0]) / 1e3 / BATCH,
      ofInitiators[1] / 1024.0 / BATCH
    };
  }

  /** Has one side of all handshakes answer; adds its CPU time and what it allocated. */
  private static void step(Side[] sides, byte[][] tokens, long[] took) throws Exception {
    long allocated = THREAD.getCurrentThreadAllocatedBytes();
    long cpu = THREAD.getCurrentThreadCpuTime();
    for (int i = 0; i < sides.length; i++) {
      tokens[i] = sides[i].answer(tokens[i]);
    }
    took[0] += THREAD.getCurrentThreadCpuTime() - cpu;
    took[1] += THREAD.getCurrentThreadAllocatedBytes() - allocated;
  }

  /**
   * One side of a handshake: the answer to the other's token. An acceptor answers null where it is
   * satisfied; both are asked once more then, with null.
   */
  private interface Side {
    byte[] answer(byte[] token) throws Exception;
  }

  private final class Initiator implements Side {
    private GSSContext context;

    @Override
    public byte[] answer(byte[] token) throws Exception {
      if (context == null) {
        PrivilegedExceptionAction<byte[]> first = this::first;
        return Subject.doAs(alice, first);
      }
      if (token == null) {
        check(context.isEstablished() && context.getMutualAuthState());
        context.dispose();
        return null;
      }
      if (context.isEstablished()) {
        byte[] offer = context.unwrap(token, 0, token.length, new MessageProp(false));
        return context.wrap(offer, 0, offer.length, new MessageProp(false));
      }
      byte[] next = context.initSecContext(token, 0, token.length);
      return next == null ? NOTHING : next;
    }

    private byte[] first() throws GSSException {
      context = MANAGER.createContext(name, spnego, credential, GSSContext.DEFAULT_LIFETIME);
      context.requestMutualAuth(true);
      context.requestCredDeleg(false);
      context.requestInteg(true);
      context.requestConf(false);
      return context.initSecContext(NOTHING, 0, 0);
    }
  }

  private final class Client implements Side {
    private final boolean isFromFactory;
    private SaslClient client;

    Client(boolean isFromFactory) {
      this.isFromFactory = isFromFactory;
    }

    @Override
    public byte[] answer(byte[] token) throws Exception {
      if (client == null) {
        client = isFromFactory ? fromFactory() : ours();
        check(client.hasInitialResponse());
      }
      if (token != null) {
        return client.evaluateChallenge(token);
      }
      ((SpnegoSaslClient) client).serverSucceeded();
      client.dispose();
      return null;
    }

    private SaslClient fromFactory() throws Exception {
      return Sasl.createSaslClient(
          new String[] {"GSSAPI"}, null, "smtp", "localhost", ofClient, null);
    }

    private SaslClient ours() {
      SettingsReader settings = new SettingsReader("smtp", ofClient);
      return new SpnegoSaslClient("GSSAPI", settings, "localhost", null, null, false);
    }
  }

  private final class Acceptor implements Side {
    private GSSContext context;

    @Override
    public byte[] answer(byte[] token) throws Exception {
      if (context == null) {
        PrivilegedExceptionAction<byte[]> accept =
            () -> {
              context = MANAGER.createContext((GSSCredential) null);
              return context.acceptSecContext(token, 0, token.length);
            };
        return Subject.doAs(server, accept);
      }
      if (token == null) {
        check(context.isEstablished());
        context.dispose();
      } else if (token.length > 0) {
        context.unwrap(token, 0, token.length, new MessageProp(false));
      } else if (isOffered) {
        return context.wrap(LAYERS, 0, LAYERS.length, new MessageProp(false));
      }
      return null;
    }
  }

  private final class Server implements Side {
    private SaslServer acceptor;

    @Override
    public byte[] answer(byte[] token) throws Exception {
      if (acceptor == null) {
        String mechanism = isOffered ? "GSSAPI" : "GSS-SPNEGO";
        acceptor =
            new SpnegoSaslServerFactory()
                .createSaslServer(mechanism, "smtp", "localhost", ofServer, null);
      }
      if (token == null) {
        acceptor.dispose();
        return null;
      }
      byte[] challenge = acceptor.evaluateResponse(token);
      return acceptor.isComplete() ? null : challenge;
    }
  }

  private static void check(boolean succeeded) {
    if (!succeeded) {
      throw new IllegalStateException("the handshake did not succeed");
    }
  }
}
