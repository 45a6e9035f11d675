package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.NtlmFirstClient;
import io.github.smtpspnego.support.Tokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KeyTab;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the author of a mail server sets up, and what comes of it. */
@ResourceLock("java.util.logging")
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class SmtpAuthServerIT {
  private static final String PREFIX = "mail.smtp.sasl.spnego.";
  private static final Kdc KDC = Alice.KDC;
  private static final Path KEYTAB = Alice.KEYTAB;

  private final LogRecorder log = LogRecorder.start();

  @BeforeAll
  static void addAnotherService() {
    KDC.add("webdav/localhost", "another service's key");
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void withTheKeytabAloneItTakesTicketsForMailOnAnyHostThatHasAKey() throws Exception {
    KDC.add("smtp/other.example.test", "the other host's key");
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(KDC.keytab("smtp/localhost", "smtp/other.example.test", "webdav/localhost"))
            .build();
    assertEquals(235, Alice.end(server, "smtp/localhost"));
    assertEquals(235, Alice.end(server, "smtp/other.example.test"));
    assertEquals(535, Alice.end(server, "webdav/localhost"));
  }

  @Test
  void severalHostsAndServicesMayBeGiven() throws Exception {
    KDC.add("smtp/a.example.test", "key a");
    KDC.add("lmtp/b.example.test", "key b");
    Path file = KDC.keytab("smtp/a.example.test", "lmtp/b.example.test", "smtp/localhost");
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(file)
            .hosts("A.example.test", "b.example.test")
            .services("smtp", "lmtp")
            .build();
    assertEquals(235, Alice.end(server, "smtp/a.example.test"));
    assertEquals(235, Alice.end(server, "lmtp/b.example.test"));
    assertEquals(535, Alice.end(server, "smtp/localhost"));
  }

  @Test
  void theKeysOfOnePrincipalServeTicketsOfAnyNameThatFitThem() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(KDC.keytab("webdav/localhost", "smtp/localhost"))
            .principal("webdav/localhost")
            .build();
    assertEquals(235, Alice.end(server, "webdav/localhost"));
    assertEquals(535, Alice.end(server, "smtp/localhost"));
    assertEquals(
        235,
        Alice.end(
            SmtpAuthServer.builder()
                .keytab(KDC.keytab("webdav/localhost", "smtp/localhost"))
                .anyKey()
                .build(),
            "webdav/localhost"));
  }

  @Test
  void theKeysMayBeInASubjectOrACredential() throws Exception {
    Subject subject = KDC.acceptor("smtp/localhost", KEYTAB);
    assertEquals(
        235, Alice.end(SmtpAuthServer.builder().subject(subject).build(), "smtp/localhost"));
    KeyTab unbound = KeyTab.getUnboundInstance(KEYTAB.toFile());
    Subject second = new Subject(true, Set.of(), Set.of(), Set.of(unbound));
    SmtpAuthServer ofUnbound = SmtpAuthServer.builder().subject(second).hosts("localhost").build();
    ofUnbound.check();
    assertEquals(235, Alice.end(ofUnbound, "smtp/localhost"));
    GSSCredential credential = credential(subject);
    assertEquals(
        235, Alice.end(SmtpAuthServer.builder().credential(credential).build(), "smtp/localhost"));
  }

  @Test
  void checkFindsWhatTheFirstClientWouldFind() throws Exception {
    SmtpAuthServer.builder().keytab(KEYTAB).hosts("localhost").build().check();
    SmtpAuthServer.builder().keytab(KEYTAB).build().check();
    SmtpAuthServer.builder().subject(KDC.acceptor("smtp/localhost", KEYTAB)).build().check();
    Path text = Files.writeString(KDC.newFile("keytab"), "This is no keytab.");
    KeyTab unbound = KeyTab.getUnboundInstance(KEYTAB.toFile());
    Subject subject = new Subject(true, Set.of(), Set.of(), Set.of(unbound));
    GSSCredential unnamed = credential(subject);
    assertCheckFails("does not exist", SmtpAuthServer.builder().keytab(Path.of("/no/such/keytab")));
    assertCheckFails("is not a keytab", SmtpAuthServer.builder().keytab(text));
    assertCheckFails(
        "only for alice@EXAMPLE.TEST", SmtpAuthServer.builder().keytab(KDC.keytab("alice")));
    assertCheckFails(
        "no key for smtp/elsewhere or SMTPSVC/elsewhere, only for smtp/localhost@EXAMPLE.TEST",
        SmtpAuthServer.builder().keytab(KEYTAB).hosts("elsewhere"));
    assertCheckFails(
        "no key for webdav/localhost@EXAMPLE.TEST",
        SmtpAuthServer.builder().keytab(KEYTAB).principal("webdav/localhost"));
    assertCheckFails("no key for smtp/any host", SmtpAuthServer.builder().subject(new Subject()));
    assertCheckFails(
        "no key for smtp/nowhere", SmtpAuthServer.builder().subject(subject).hosts("nowhere"));
    assertCheckFails("cannot be told apart", SmtpAuthServer.builder().credential(unnamed));
    assertCheckFails("no host is set", SmtpAuthServer.builder().credential(unnamed).anyKey());
  }

  private static void assertCheckFails(String named, SmtpAuthServer.Builder builder)
      throws Exception {
    SmtpAuthServer server = builder.build();
    SpnegoException e = assertThrows(SpnegoException.class, server::check);
    assertEquals(Reason.ACCEPTOR_CREDENTIALS, e.reason());
    assertTrue(e.toString().contains(named), e.getMessage());
    int reply = Alice.end(server, "smtp/localhost");
    assertTrue(reply == 454 || reply == 535, named);
  }

  @Test
  void itMustBeToldWhereTheKeysAreAndOnce() {
    assertThrows(IllegalStateException.class, () -> SmtpAuthServer.builder().build());
    SmtpAuthServer.Builder told = SmtpAuthServer.builder().keytab(KEYTAB);
    assertThrows(IllegalStateException.class, () -> told.subject(Alice.SUBJECT));
  }

  /** As a program sets them that sends mail itself, in the same JVM. */
  @Test
  void aClientsSettingsDoNotReachIt() throws Exception {
    Map<String, String> ofClient =
        Map.of(
            PREFIX + "principal",
            "alice@EXAMPLE.TEST",
            PREFIX + "credentials",
            "ticketcache",
            PREFIX + "service",
            "imap",
            PREFIX + "keytab",
            "/no/such/keytab",
            PREFIX + "enable",
            "false",
            PREFIX + "securitylayer",
            "perhaps",
            Sasl.QOP,
            "auth-int,auth");
    ofClient.forEach(System::setProperty);
    try {
      SmtpAuthServer server = SmtpAuthServer.builder().keytab(KEYTAB).build();
      server.check();
      assertEquals(235, Alice.end(server, "smtp/localhost"));
      assertEquals(List.of(), log.warnings());
    } finally {
      ofClient.keySet().forEach(System::clearProperty);
    }
  }

  /** Nothing wraps the connection, so nothing else than authentication is offered. */
  @ParameterizedTest
  @ValueSource(strings = {"auth-int,auth", "auth-conf,auth-int,auth"})
  void noLayerIsOffered(String qop) throws Exception {
    SaslClient client = Alice.jdk("", qop);
    SmtpAuthExchange exchange = SmtpAuthServer.builder().keytab(KEYTAB).build().exchange();
    assertTrue(Alice.hold(client, exchange).startsWith("S:235 "));
    assertEquals("auth", client.getNegotiatedProperty(Sasl.QOP));
  }

  @ParameterizedTest
  @CsvSource({
    "GSSAPI, auto, true, 3", "GSSAPI, auto, false, 3",
    "GSSAPI, always, true, 3", "GSSAPI, always, false, 3",
    "GSSAPI, never, true, 2", "GSSAPI, never, false, 2",
    "GSS-SPNEGO, auto, true, 2", "GSS-SPNEGO, auto, false, 2",
    "GSS-SPNEGO, always, true, 3", "GSS-SPNEGO, always, false, 3",
    "GSS-SPNEGO, never, true, 2", "GSS-SPNEGO, never, false, 2",
  })
  void rfc4178Section5AClientWithNtlmFirstGetsInWithEveryEnding(
      String mechanism, String offer, boolean mutualAuth, int challenges) throws Exception {
    SmtpAuthServer.Builder builder = SmtpAuthServer.builder().keytab(KEYTAB);
    if (!offer.equals("auto")) {
      builder.layerOffer(offer.equals("always"));
    }
    SmtpAuthExchange exchange = builder.build().exchange();
    List<String> lines =
        Dialogue.hold(
            new NtlmFirstClient(mechanism, Alice.SUBJECT, mutualAuth),
            line -> exchange.auth(line).line());
    assertTrue(Dialogue.end(lines).startsWith("S:235 "), lines::toString);
    assertEquals(Kdc.full("alice"), exchange.principal());
    assertEquals(challenges, lines.stream().filter(line -> line.startsWith("S:334 ")).count());
  }

  @Test
  void aLongerLineMayBeAllowedAndAShorterOneAskedFor() throws Exception {
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(KEYTAB).maxLine(100).build();
    assertEquals(500, Alice.end(server, "smtp/localhost"));
    String padded = "AUTH GSSAPI " + "YWJj".repeat(SmtpAuthExchange.MAX_LINE / 4);
    SmtpAuthServer patient = SmtpAuthServer.builder().keytab(KEYTAB).maxLine(1 << 16).build();
    assertEquals(535, patient.exchange().auth(padded).code());
  }

  @Test
  void closingDisposesOfTheForwardedTicket() throws Exception {
    SmtpAuthExchange exchange = SmtpAuthServer.builder().keytab(KEYTAB).build().exchange();
    byte[] token =
        new ForgedApReq(KEYTAB, "smtp/localhost", Kdc.full("alice")).delegating().spnego();
    exchange.auth(Alice.auth(token));
    assertTrue(exchange.auth("").isSuccess());
    GSSCredential forwarded = exchange.delegatedCredential().orElseThrow();
    assertTrue(forwarded.getRemainingLifetime() > 0);
    exchange.close();
    exchange.close();
    assertThrows(IllegalStateException.class, forwarded::getRemainingLifetime);
    assertEquals(Kdc.full("alice"), exchange.principal());
  }

  @Test
  void manyThreadsShareOneServer() throws Exception {
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(KEYTAB).build();
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Integer>> logins =
          Collections.nCopies(400, () -> Alice.end(server, "smtp/localhost"));
      for (Future<Integer> login : threads.invokeAll(logins)) {
        assertEquals(235, login.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  static GSSCredential credential(Subject subject) throws Exception {
    return Dialogue.as(
        subject,
        () ->
            GSSManager.getInstance()
                .createCredential(
                    null,
                    GSSCredential.INDEFINITE_LIFETIME,
                    new Oid(Tokens.KERBEROS),
                    GSSCredential.ACCEPT_ONLY));
  }
}
