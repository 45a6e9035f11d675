package io.github.smtpspnego.bench;

import io.github.smtpspnego.sasl.SpnegoSaslClient;
import io.github.smtpspnego.sasl.SpnegoSaslServerFactory;
import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.support.JaasLogin;
import io.github.smtpspnego.support.Kdc;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslServer;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.MessageProp;
import org.ietf.jgss.Oid;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A whole handshake in one thread, without a socket: from nothing to an authenticated client, with
 * the service ticket cached. First with bare {@code GSSContext} calls on both sides, the least that
 * it takes; then with our client in the place of one side, and with our server too.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Handshake {
  /** System properties that name the keytabs of both sides. */
  static final String CLIENT_KEYTAB = "bench.keytab.client";

  static final String SERVER_KEYTAB = "bench.keytab.server";

  private static final byte[] OFFER = {1, 0, 0, 0};
  private static final byte[] NOTHING = {};
  private static final int AUTH_LINE = 512;
  private static final String[] MECHANISMS = {"GSSAPI"};

  /** The least: a program would keep it, since making one reads every security provider. */
  private static final GSSManager MANAGER = GSSManager.getInstance();

  /** With the layer offer as from Exchange, or ending right after the context. */
  @Param({"offer", "at-once"})
  public String ending;

  private final Properties ofClient = new Properties();
  private Map<String, ?> ofServer;
  private final CallbackHandler handler = callbacks -> {};
  private Oid spnego;
  private Subject alice;
  private Subject server;

  /** Logs in, at the KDC of the JVM that started this one. */
  @Setup
  public void logIn() throws GSSException {
    String clientKeytab = System.getProperty(CLIENT_KEYTAB);
    String serverKeytab = System.getProperty(SERVER_KEYTAB);
    spnego = new Oid("1.3.6.1.5.5.2");
    alice = JaasLogin.initiator(Kdc.full("alice"), clientKeytab);
    server = JaasLogin.acceptor(Kdc.full("smtp/localhost"), serverKeytab);
    ofServer = Map.of("mail.smtp.sasl.spnego.keytab", serverKeytab);
    ofClient.setProperty("mail.smtp.host", "localhost");
    ofClient.setProperty("mail.smtp.auth", "true");
    ofClient.setProperty("mail.smtp.sasl.enable", "true");
    ofClient.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    ofClient.setProperty("mail.smtp.sasl.spnego.keytab", clientKeytab);
    ofClient.setProperty("mail.smtp.sasl.spnego.principal", Kdc.full("alice"));
  }

  /** Without us: the floor. */
  @Benchmark
  public boolean bare() throws PrivilegedActionException, GSSException {
    GSSContext initiator =
        as(
            alice,
            () -> {
              GSSName name = MANAGER.createName("smtp@localhost", GSSName.NT_HOSTBASED_SERVICE);
              GSSContext made = MANAGER.createContext(name, spnego, null, 0);
              made.requestMutualAuth(true);
              made.requestInteg(true);
              made.requestConf(false);
              return made;
            });
    byte[] first = as(alice, () -> initiator.initSecContext(NOTHING, 0, 0));
    GSSContext acceptor = acceptor();
    byte[] reply = as(server, () -> acceptor.acceptSecContext(first, 0, first.length));
    as(alice, () -> initiator.initSecContext(reply, 0, reply.length));
    boolean proved =
        initiator.isEstablished() && initiator.getMutualAuthState() && acceptor.isEstablished();
    if (isOffered()) {
      byte[] offer = acceptor.wrap(OFFER, 0, OFFER.length, new MessageProp(false));
      byte[] plain = initiator.unwrap(offer, 0, offer.length, new MessageProp(false));
      byte[] choice = initiator.wrap(plain, 0, plain.length, new MessageProp(false));
      acceptor.unwrap(choice, 0, choice.length, new MessageProp(false));
    }
    initiator.dispose();
    acceptor.dispose();
    return checked(proved);
  }

  /** Our client, as our transport runs it, and a bare acceptor. */
  @Benchmark
  public boolean client() throws Exception {
    SpnegoSaslClient client = newClient();
    try {
      boolean initial = client.hasInitialResponse();
      byte[] first = client.evaluateChallenge(NOTHING);
      GSSContext acceptor = acceptor();
      byte[] reply = as(server, () -> acceptor.acceptSecContext(first, 0, first.length));
      client.evaluateChallenge(reply);
      if (isOffered()) {
        byte[] offer = acceptor.wrap(OFFER, 0, OFFER.length, new MessageProp(false));
        byte[] choice = client.evaluateChallenge(offer);
        acceptor.unwrap(choice, 0, choice.length, new MessageProp(false));
      }
      client.serverSucceeded();
      acceptor.dispose();
      return checked(initial && client.isComplete());
    } finally {
      client.dispose();
    }
  }

  /** Our client and our server. */
  @Benchmark
  public boolean clientAndServer() throws Exception {
    SpnegoSaslClient client = newClient();
    try {
      boolean initial = client.hasInitialResponse();
      String mechanism = isOffered() ? "GSSAPI" : "GSS-SPNEGO";
      SaslServer acceptor =
          new SpnegoSaslServerFactory()
              .createSaslServer(mechanism, "smtp", "localhost", ofServer, null);
      byte[] token = client.evaluateChallenge(NOTHING);
      while (!acceptor.isComplete()) {
        byte[] reply = acceptor.evaluateResponse(token);
        if (reply != null) {
          token = client.evaluateChallenge(reply);
        }
      }
      client.serverSucceeded();
      acceptor.dispose();
      return checked(initial && client.isComplete());
    } finally {
      client.dispose();
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // as Angus Mail hands the properties over
  private SpnegoSaslClient newClient() {
    return SpnegoSaslClient.create(
        MECHANISMS[0],
        new SettingsReader("smtp", (Map) ofClient),
        "localhost",
        null,
        handler,
        e -> {});
  }

  private GSSContext acceptor() throws PrivilegedActionException {
    return as(server, () -> MANAGER.createContext((GSSCredential) null));
  }

  private boolean isOffered() {
    return ending.equals("offer");
  }

  private static boolean checked(boolean succeeded) {
    if (!succeeded) {
      throw new IllegalStateException("the handshake did not succeed");
    }
    return true;
  }

  private static <T> T as(Subject subject, PrivilegedExceptionAction<T> action)
      throws PrivilegedActionException {
    return Subject.doAs(subject, action);
  }
}
