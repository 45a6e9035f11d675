package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.JaasLogin;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslServer;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tickets, keytabs and errors of MIT's KDC and programs. */
class MitKerberosIT {
  private static final Peers PEERS = Peers.shared();
  private static final String ALICE = "alice@" + Peers.REALM;

  @BeforeEach
  void reset() {
    PEERS.reset();
  }

  @Test
  void aTicketOfKinitIsUsed() throws MessagingException {
    toPostfix().spnego("ticketcache", PEERS.kinit("alice", Peers.PASSWORD)).send();
    assertDeliveredFromAlice();
  }

  @Test
  void aKeytabOfKadminIsUsed() throws MessagingException {
    toPostfix()
        .spnego("keytab", PEERS.keytab("smtp/localhost", "alice"))
        .spnego("principal", ALICE)
        .send();
    assertDeliveredFromAlice();
  }

  @Test
  void aPasswordIsUsed() throws MessagingException {
    toPostfix().send("alice", Peers.PASSWORD);
    assertDeliveredFromAlice();
  }

  @Test
  void aForwardedTicketSendsOnAsTheClient() throws MessagingException {
    try (MailServer first = MailServer.start(acceptor())) {
      Mailer mailer =
          Mailer.to(first.port()).spnego("ticketcache", PEERS.kinit("alice", Peers.PASSWORD, "-f"));
      mailer.send();
      assertEquals(List.of(), first.delegated());
      mailer.spnego("delegation", "true").send();
      GSSCredential forwarded = first.delegated().get(0);
      assertEquals(ALICE, name(forwarded));
      toPostfix().with(Sasl.CREDENTIALS, forwarded).send();
      assertDeliveredFromAlice();
    }
  }

  /** As a web application does that a user signs in to. */
  @ParameterizedTest
  @ValueSource(strings = {"credential", "subject", "example"})
  void aTicketThatABrowserDelegatedSendsAsTheUser(String way) throws Exception {
    PEERS.kadmin("add_principal -randkey HTTP/localhost");
    String web = "HTTP/localhost@" + Peers.REALM;
    Subject service = JaasLogin.acceptor(web, PEERS.keytab(web).toString());
    byte[] token = browsersToken();
    if (way.equals("example")) {
      runExample(token, service);
    } else {
      GSSCredential delegated = delegated(token, service);
      if (way.equals("credential")) {
        toPostfix().with(Sasl.CREDENTIALS, delegated).send();
      } else {
        Subject user = new Subject(false, Set.of(), Set.of(), Set.of(delegated));
        Dialogue.as(
            user,
            () -> {
              toPostfix().send();
              return "sent";
            });
      }
    }
    assertDeliveredFromAlice();
  }

  /** What a browser sends that may delegate. */
  private static byte[] browsersToken() throws Exception {
    Path cache = PEERS.kinit("alice", Peers.PASSWORD, "-f");
    Map<String, String> options = Map.of("useTicketCache", "true", "ticketCache", "" + cache);
    return Dialogue.as(
        JaasLogin.login(options),
        () -> {
          GSSManager manager = GSSManager.getInstance();
          GSSContext context =
              manager.createContext(
                  manager.createName("HTTP@localhost", GSSName.NT_HOSTBASED_SERVICE),
                  new Oid("1.3.6.1.5.5.2"),
                  null,
                  GSSContext.DEFAULT_LIFETIME);
          context.requestCredDeleg(true);
          return context.initSecContext(new byte[0], 0, 0);
        });
  }

  private static GSSCredential delegated(byte[] token, Subject service) throws Exception {
    return Dialogue.as(
        service,
        () -> {
          GSSContext context = GSSManager.getInstance().createContext((GSSCredential) null);
          context.acceptSecContext(token, 0, token.length);
          assertTrue(context.getCredDelegState());
          return context.getDelegCred();
        });
  }

  private static void runExample(byte[] token, Subject service) throws Exception {
    Map<String, String> properties =
        Map.of(
            "mail.smtp.host", "localhost",
            "mail.smtp.port", "" + PEERS.port("smtp"),
            "from", "alice@example.test",
            "to", "bob@example.test");
    properties.forEach(System::setProperty);
    try {
      Method send =
          Class.forName("SendMailAsSignedInUser")
              .getDeclaredMethod("sendWithTicketOf", byte[].class, Subject.class);
      send.setAccessible(true);
      send.invoke(null, token, service);
    } finally {
      properties.keySet().forEach(System::clearProperty);
    }
  }

  @Test
  void theSaslServerHandsOutTheForwardedTicket() throws Exception {
    SpnegoProvider.install();
    SaslServer server =
        Sasl.createSaslServer(
            "GSSAPI",
            "smtp",
            "localhost",
            acceptor(),
            callbacks -> ((AuthorizeCallback) callbacks[0]).setAuthorized(true));
    SaslClient client =
        Sasl.createSaslClient(
            new String[] {"GSSAPI"},
            null,
            "smtp",
            "localhost",
            Map.of(
                "mail.smtp.sasl.spnego.ticketcache",
                PEERS.kinit("alice", Peers.PASSWORD).toString(),
                "mail.smtp.sasl.spnego.delegation",
                "true"),
            null);
    byte[] challenge = new byte[0];
    while (!server.isComplete()) {
      challenge = server.evaluateResponse(client.evaluateChallenge(challenge));
    }
    assertEquals(ALICE, server.getAuthorizationID());
    GSSCredential forwarded =
        assertInstanceOf(GSSCredential.class, server.getNegotiatedProperty(Sasl.CREDENTIALS));
    assertEquals(ALICE, name(forwarded));
  }

  @Test
  void anUnforwardableTicketCannotBeForwardedAndTheMailIsSent() throws MessagingException {
    try (MailServer server = MailServer.start(acceptor())) {
      Mailer.to(server.port())
          .spnego("ticketcache", PEERS.kinit("alice", Peers.PASSWORD, "-F"))
          .spnego("delegation", "true")
          .send();
      assertEquals(List.of(ALICE), server.principals());
      assertEquals(List.of(), server.delegated());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nobody, alices-secret, CLIENT_UNKNOWN",
    "alice, a wrong one, WRONG_PASSWORD",
    "locked, alices-secret, ACCOUNT_REVOKED",
    "stale, alices-secret, PASSWORD_EXPIRED",
  })
  void aLoginThatTheKdcRefuses(String user, String password, Reason reason) {
    switch (user) {
      case "locked" -> PEERS.kadmin("add_principal -pw " + password + " -allow_tix locked");
      case "stale" -> PEERS.kadmin("add_principal -pw " + password + " -pwexpire yesterday stale");
      default -> {} // as it is
    }
    assertReason(reason, toPostfix(), user, password);
  }

  @ParameterizedTest
  @CsvSource({"service, ldap", "spn, smtp/elsewhere@EXAMPLE.TEST"})
  void aServerThatTheKdcDoesNotKnow(String setting, String value) {
    Path cache = PEERS.kinit("alice", Peers.PASSWORD);
    assertReason(
        Reason.SERVER_UNKNOWN,
        toPostfix().spnego("ticketcache", cache).spnego(setting, value),
        "",
        "");
  }

  @Test
  void aTicketThatHasExpired() throws InterruptedException {
    Path cache = PEERS.kinit("alice", Peers.PASSWORD, "-l", "1s");
    Thread.sleep(2000);
    // The JDK passes over an expired ticket in a cache, and does not say so.
    String message =
        assertReason(Reason.NO_CREDENTIALS, toPostfix().spnego("ticketcache", cache), "", "");
    assertTrue(message.contains("expired tickets do not count"), message);
  }

  @Test
  void aKeytabWhoseKeyIsOld() {
    PEERS.kadmin("add_principal -pw first mailer");
    Path keytab = PEERS.keytab("mailer");
    PEERS.kadmin("change_password -pw second mailer");
    assertReason(
        Reason.WRONG_PASSWORD,
        toPostfix().spnego("keytab", keytab).spnego("principal", "mailer"),
        "",
        "");
  }

  private static String assertReason(Reason reason, Mailer mailer, String user, String password) {
    AuthenticationFailedException failure =
        assertThrows(AuthenticationFailedException.class, () -> mailer.send(user, password));
    SpnegoException cause = assertInstanceOf(SpnegoException.class, failure.getCause());
    assertEquals(reason, cause.reason(), cause.getMessage());
    return cause.getMessage();
  }

  private static void assertDeliveredFromAlice() {
    String mail = PEERS.delivered();
    assertTrue(mail.contains("(Authenticated sender: alice"), mail);
  }

  private static Mailer toPostfix() {
    return Mailer.to(PEERS.port("smtp"));
  }

  private static Map<String, String> acceptor() {
    return Map.of("mail.smtp.sasl.spnego.keytab", PEERS.file("smtp.keytab").toString());
  }

  private static String name(GSSCredential credential) {
    try {
      return credential.getName().toString();
    } catch (org.ietf.jgss.GSSException e) {
      throw new IllegalStateException(e);
    }
  }
}
