package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.JdkSasl;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.NtlmFirstClient;
import io.github.smtpspnego.support.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final InetSocketAddress CLIENT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 40123);

  private static Kdc kdc;
  private static Subject alice;
  private static Path keytab;

  private final LogRecorder log = LogRecorder.start();

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    keytab = kdc.keytab("smtp/localhost");
    kdc.add("webdav/localhost", "another service's key");
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  // --- names and keys ---------------------------------------------------------------------------

  @Test
  void withTheKeytabAloneItTakesTicketsForMailOnAnyHostThatHasAKey() throws Exception {
    kdc.add("smtp/other.example.test", "the other host's key");
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(kdc.keytab("smtp/localhost", "smtp/other.example.test", "webdav/localhost"))
            .build();
    assertEquals(235, end(server, "smtp/localhost"));
    assertEquals(235, end(server, "smtp/other.example.test"));
    assertEquals(535, end(server, "webdav/localhost"));
  }

  @Test
  void severalHostsAndServicesMayBeGiven() throws Exception {
    kdc.add("smtp/a.example.test", "key a");
    kdc.add("lmtp/b.example.test", "key b");
    Path file = kdc.keytab("smtp/a.example.test", "lmtp/b.example.test", "smtp/localhost");
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(file)
            .hosts("A.example.test", "b.example.test")
            .services("smtp", "lmtp")
            .build();
    assertEquals(235, end(server, "smtp/a.example.test"));
    assertEquals(235, end(server, "lmtp/b.example.test"));
    assertEquals(535, end(server, "smtp/localhost"));
  }

  @Test
  void theKeysOfOnePrincipalServeTicketsOfAnyNameThatFitThem() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(kdc.keytab("webdav/localhost", "smtp/localhost"))
            .principal("webdav/localhost")
            .build();
    assertEquals(235, end(server, "webdav/localhost"));
    assertEquals(535, end(server, "smtp/localhost"));
    assertEquals(
        235,
        end(
            SmtpAuthServer.builder()
                .keytab(kdc.keytab("webdav/localhost", "smtp/localhost"))
                .anyKey()
                .build(),
            "webdav/localhost"));
  }

  @Test
  void theKeysMayBeInASubjectOrACredential() throws Exception {
    Subject subject = kdc.acceptor("smtp/localhost", keytab);
    assertEquals(235, end(SmtpAuthServer.builder().subject(subject).build(), "smtp/localhost"));
    KeyTab unbound = KeyTab.getUnboundInstance(keytab.toFile());
    Subject second = new Subject(true, Set.of(), Set.of(), Set.of(unbound));
    SmtpAuthServer ofUnbound = SmtpAuthServer.builder().subject(second).hosts("localhost").build();
    ofUnbound.check();
    assertEquals(235, end(ofUnbound, "smtp/localhost"));
    GSSCredential credential = credential(subject);
    assertEquals(
        235, end(SmtpAuthServer.builder().credential(credential).build(), "smtp/localhost"));
  }

  @Test
  void checkFindsWhatTheFirstClientWouldFind() throws Exception {
    SmtpAuthServer.builder().keytab(keytab).hosts("localhost").build().check();
    SmtpAuthServer.builder().keytab(keytab).build().check();
    SmtpAuthServer.builder().subject(kdc.acceptor("smtp/localhost", keytab)).build().check();
    Path text = Files.writeString(kdc.newFile("keytab"), "This is no keytab.");
    KeyTab unbound = KeyTab.getUnboundInstance(keytab.toFile());
    Subject subject = new Subject(true, Set.of(), Set.of(), Set.of(unbound));
    GSSCredential unnamed = credential(subject);
    assertCheckFails("does not exist", SmtpAuthServer.builder().keytab(Path.of("/no/such/keytab")));
    assertCheckFails("is no keytab", SmtpAuthServer.builder().keytab(text));
    assertCheckFails(
        "only for alice@EXAMPLE.TEST", SmtpAuthServer.builder().keytab(kdc.keytab("alice")));
    assertCheckFails(
        "no key for smtp/elsewhere or SMTPSVC/elsewhere, only for smtp/localhost@EXAMPLE.TEST",
        SmtpAuthServer.builder().keytab(keytab).hosts("elsewhere"));
    assertCheckFails(
        "no key for webdav/localhost@EXAMPLE.TEST",
        SmtpAuthServer.builder().keytab(keytab).principal("webdav/localhost"));
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
    int reply = end(server, "smtp/localhost");
    assertTrue(reply == 454 || reply == 535, named);
  }

  @Test
  void itMustBeToldWhereTheKeysAreAndOnce() {
    assertThrows(IllegalStateException.class, () -> SmtpAuthServer.builder().build());
    SmtpAuthServer.Builder told = SmtpAuthServer.builder().keytab(keytab);
    assertThrows(IllegalStateException.class, () -> told.subject(alice));
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
      SmtpAuthServer server = SmtpAuthServer.builder().keytab(keytab).build();
      server.check();
      assertEquals(235, end(server, "smtp/localhost"));
      assertEquals(List.of(), log.warnings());
    } finally {
      ofClient.keySet().forEach(System::clearProperty);
    }
  }

  // --- who, and as whom -------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "'', alice@EXAMPLE.TEST",
    "alice, alice@EXAMPLE.TEST",
    "alice@EXAMPLE.TEST, alice@EXAMPLE.TEST"
  })
  void aClientActsAsItselfWithAndWithoutItsRealm(String identity, String as) throws Exception {
    SmtpAuthExchange exchange = SmtpAuthServer.builder().keytab(keytab).build().exchange();
    assertTrue(hold(jdk(identity, "auth"), exchange).startsWith("S:235 "));
    assertEquals(as, exchange.authorizationId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bob", "bob@EXAMPLE.TEST", "alice@OTHER.TEST", "ALICE", "root"})
  void aClientActsAsNobodyElse(String identity) throws Exception {
    SmtpAuthExchange exchange = SmtpAuthServer.builder().keytab(keytab).build().exchange();
    assertTrue(hold(jdk(identity, "auth"), exchange).startsWith("S:535 5.7.8 "));
  }

  @Test
  void theAuthorizationMapsToLocalUsers() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(keytab)
            .authorization(
                (client, identity) ->
                    identity.equals("list")
                        ? Optional.of("list-owner")
                        : Optional.of(client.substring(0, client.indexOf('@'))))
            .build();
    SmtpAuthExchange exchange = server.exchange();
    hold(jdk("", "auth"), exchange);
    assertEquals("alice", exchange.authorizationId());
    assertEquals(Kdc.full("alice"), exchange.principal());
    exchange = server.exchange();
    hold(jdk("list", "auth"), exchange);
    assertEquals("list-owner", exchange.authorizationId());
  }

  @Test
  void aDecisionThatCouldNotBeMadeIsTemporary() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(keytab)
            .authorization(
                (client, identity) -> {
                  throw new IOException("no answer from the directory");
                })
            .build();
    String end = hold(jdk("", "auth"), server.exchange());
    assertTrue(end.startsWith("S:454 4.7.0 "), end);
    assertTrue(log.warnings().get(0).contains("no answer from the directory"));
  }

  // --- the dialogue -----------------------------------------------------------------------------

  /** Nothing wraps the connection, so nothing else than authentication is offered. */
  @ParameterizedTest
  @ValueSource(strings = {"auth-int,auth", "auth-conf,auth-int,auth"})
  void noLayerIsOffered(String qop) throws Exception {
    SaslClient client = jdk("", qop);
    SmtpAuthExchange exchange = SmtpAuthServer.builder().keytab(keytab).build().exchange();
    assertTrue(hold(client, exchange).startsWith("S:235 "));
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
    SmtpAuthServer.Builder builder = SmtpAuthServer.builder().keytab(keytab);
    if (!offer.equals("auto")) {
      builder.layerOffer(offer.equals("always"));
    }
    SmtpAuthExchange exchange = builder.build().exchange();
    List<String> lines =
        Dialogue.hold(
            new NtlmFirstClient(mechanism, alice, mutualAuth), line -> exchange.auth(line).line());
    assertTrue(Dialogue.end(lines).startsWith("S:235 "), lines::toString);
    assertEquals(Kdc.full("alice"), exchange.principal());
    assertEquals(challenges, lines.stream().filter(line -> line.startsWith("S:334 ")).count());
  }

  @Test
  void aLongerLineMayBeAllowedAndAShorterOneAskedFor() throws Exception {
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(keytab).maxLine(100).build();
    assertEquals(500, end(server, "smtp/localhost"));
    String padded = "AUTH GSSAPI " + "YWJj".repeat(SmtpAuthExchange.MAX_LINE / 4);
    SmtpAuthServer patient = SmtpAuthServer.builder().keytab(keytab).maxLine(1 << 16).build();
    assertEquals(535, patient.exchange().auth(padded).code());
  }

  // --- successes and failures -------------------------------------------------------------------

  @Test
  void theListenerIsToldOfEachWithTheClientsAddress() throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    SmtpAuthServer.Listener listener =
        new SmtpAuthServer.Listener() {
          @Override
          public void succeeded(SmtpAuthExchange exchange) {
            told.add(exchange.client().orElseThrow() + " " + exchange.authorizationId());
          }

          @Override
          public void failed(SmtpAuthExchange exchange, SpnegoException failure) {
            told.add(exchange.client().orElseThrow() + " " + failure.reason());
          }
        };
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(keytab).listener(listener).build();
    SmtpAuthExchange exchange = server.exchange(CLIENT);
    exchange.auth("AUTH GSSAPI YWJj");
    exchange.auth("AUTH GSSAPI no base64");
    exchange.auth("AUTH GSSAPI no-base64");
    exchange.auth("AUTH GSSAPI");
    exchange.auth("A".repeat(20_000));
    exchange.auth("AUTH PLAIN YWJj"); // not ours
    exchange.auth("AUTH GSSAPI");
    exchange.auth("*"); // the client's own will
    exchange.auth(auth(Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost")));
    assertTrue(exchange.auth("").isSuccess());
    assertEquals(
        List.of(
            CLIENT + " MALFORMED_TOKEN",
            CLIENT + " MALFORMED_TOKEN",
            CLIENT + " PROTOCOL",
            CLIENT + " alice@EXAMPLE.TEST"),
        told);
    assertEquals(3, log.warnings().size());
    log.warnings().forEach(line -> assertTrue(line.endsWith(" Client: 127.0.0.1:40123."), line));
    assertEquals(
        List.of(
            "alice@EXAMPLE.TEST is authenticated to smtp/localhost@EXAMPLE.TEST and acts as"
                + " alice@EXAMPLE.TEST. Client: 127.0.0.1:40123."),
        log.infos());
  }

  @Test
  void theListenerHearsOfTenThousandFailuresAndTheLogDoesNot() {
    List<Reason> told = new ArrayList<>();
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(keytab)
            .listener(
                new SmtpAuthServer.Listener() {
                  @Override
                  public void failed(SmtpAuthExchange exchange, SpnegoException failure) {
                    told.add(failure.reason());
                  }
                })
            .build();
    for (int i = 0; i < 10_000; i++) {
      server.exchange(CLIENT).auth("AUTH GSSAPI YWJj");
    }
    assertEquals(10_000, told.size());
    assertTrue(log.warnings().size() <= 20, () -> log.warnings().size() + " warnings");
    server.exchange(CLIENT).auth("AUTH GSSAPI TlRMTVNTUAABAAAA");
    assertTrue(log.warnings().get(log.warnings().size() - 1).contains("NTLM"), "another reason");
  }

  @Test
  void aListenerThatFailsChangesNothing() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(keytab)
            .listener(
                new SmtpAuthServer.Listener() {
                  @Override
                  public void succeeded(SmtpAuthExchange exchange) {
                    throw new IllegalStateException("the audit log is full");
                  }
                })
            .build();
    assertEquals(235, end(server, "smtp/localhost"));
    assertTrue(log.warnings().toString().contains("listener"));
  }

  // --- replays ----------------------------------------------------------------------------------

  /** The JDK's own list would not know the token in another JVM; here the two have two keys. */
  @Test
  void nodesThatShareAMemoryTakeATokenOnce() throws Exception {
    Map<String, Instant> shared = new ConcurrentHashMap<>();
    SmtpAuthServer.ReplayMemory memory = (token, until) -> shared.putIfAbsent(token, until) == null;
    SmtpAuthServer one = SmtpAuthServer.builder().keytab(keytab).replayMemory(memory).build();
    assertEquals(235, end(one, "smtp/localhost"));
    Map.Entry<String, Instant> remembered = shared.entrySet().iterator().next();
    assertTrue(remembered.getKey().matches("[0-9a-f]{64}"), remembered.getKey());
    Duration kept = Duration.between(Instant.now(), remembered.getValue());
    assertTrue(kept.toSeconds() >= 595 && kept.toSeconds() <= 601, kept::toString);

    SmtpAuthServer other =
        SmtpAuthServer.builder().keytab(keytab).replayMemory((token, until) -> false).build();
    assertEquals(535, end(other, "smtp/localhost"), "another node had it");
    assertTrue(log.warnings().get(0).contains("received before"));
  }

  @Test
  void whereThereIsNoRoomToRememberAClientComesBackLater() throws Exception {
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(keytab).replayMemory(2).build();
    byte[] first = Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
    assertTrue(server.exchange().auth(auth(first)).isContinuation());
    assertEquals(235, end(server, "smtp/localhost"));
    assertEquals(454, end(server, "smtp/localhost"));
    assertTrue(log.warnings().get(0).contains("2 tokens are remembered"));
    assertEquals(535, server.exchange().auth(auth(first)).code(), "it was not forgotten");
  }

  @Test
  void aMemoryThatCannotBeReachedIsTemporaryAndNeverAYes() throws Exception {
    for (Exception failure :
        List.of(new IOException("no connection"), new IllegalStateException("closed"))) {
      SmtpAuthServer server =
          SmtpAuthServer.builder()
              .keytab(keytab)
              .replayMemory(
                  (token, until) -> {
                    if (failure instanceof IOException e) {
                      throw e;
                    }
                    throw (IllegalStateException) failure;
                  })
              .build();
      assertEquals(454, end(server, "smtp/localhost"));
    }
  }

  // --- the rest ---------------------------------------------------------------------------------

  @Test
  void closingDisposesOfTheForwardedTicket() throws Exception {
    SmtpAuthExchange exchange = SmtpAuthServer.builder().keytab(keytab).build().exchange();
    byte[] token =
        new ForgedApReq(keytab, "smtp/localhost", Kdc.full("alice")).delegating().spnego();
    exchange.auth(auth(token));
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
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(keytab).build();
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Integer>> logins =
          Collections.nCopies(400, () -> end(server, "smtp/localhost"));
      for (Future<Integer> login : threads.invokeAll(logins)) {
        assertEquals(235, login.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static int end(SmtpAuthServer server, String service) throws Exception {
    SmtpAuthExchange exchange = server.exchange();
    Reply reply = exchange.auth(auth(Tokens.first(alice, Tokens.SPNEGO, service)));
    return reply.isContinuation() ? exchange.auth("").code() : reply.code();
  }

  private static String hold(SaslClient client, SmtpAuthExchange exchange) throws Exception {
    List<String> lines =
        Dialogue.as(alice, () -> Dialogue.hold(client, line -> exchange.auth(line).line()));
    return Dialogue.end(lines);
  }

  private static SaslClient jdk(String identity, String qop) throws Exception {
    Map<String, String> properties = Map.of(Sasl.QOP, qop, Sasl.SERVER_AUTH, "true");
    return Dialogue.as(alice, () -> JdkSasl.client(identity, "localhost", properties));
  }

  private static GSSCredential credential(Subject subject) throws Exception {
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

  private static String auth(byte[] token) {
    return "AUTH GSS-SPNEGO " + Dialogue.encode(token);
  }
}
