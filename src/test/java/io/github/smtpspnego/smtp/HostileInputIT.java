package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.Tokens;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.MessageProp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that mean harm, or are broken: none gets in, none gets more than a reply. Where a token
 * is changed, the unchanged one gets in at the end, so that it was the change that was refused.
 */
@ResourceLock("java.util.logging")
class HostileInputIT {
  private static final long SEED = 4954;
  private static final Set<Integer> KNOWN_REPLIES = Set.of(334, 500, 501, 503, 504, 535);

  private static Subject alice;
  private static Path keytab;

  private final LogRecorder log = LogRecorder.start();
  private final Random random = new Random(SEED);
  private final SmtpAuthServer server =
      SmtpAuthServer.builder().keytab(keytab).hosts("localhost").build();

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    keytab = kdc.keytab("smtp/localhost");
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {Tokens.SPNEGO, Tokens.KERBEROS})
  void noTruncatedTokenGetsIn(String mechanism) throws Exception {
    GSSContext client = Tokens.context(mechanism, "smtp/localhost", true);
    byte[] token = Tokens.first(alice, client);
    for (int length = 0; length < token.length; length++) {
      assertStaysOut(Arrays.copyOf(token, length));
    }
    assertStaysOut(Arrays.copyOf(token, token.length + 1));
    assertTrue(server.exchange().auth(auth(token)).isContinuation());
  }

  @Test
  void ofManyCopiesAtOnceOneGetsIn() throws Exception {
    String token =
        new String(
            Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost"), StandardCharsets.ISO_8859_1);
    ExecutorService clients = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Boolean>> copies = new ArrayList<>();
      for (int letters = 0; letters < 32; letters++) {
        String host = inCase("localhost", letters);
        String line = auth(token.replace("localhost", host).getBytes(StandardCharsets.ISO_8859_1));
        copies.add(
            () -> {
              SmtpAuthExchange exchange = server.exchange();
              return exchange.auth(line).isContinuation() && exchange.auth("").isSuccess();
            });
      }
      int in = 0;
      for (Future<Boolean> copy : clients.invokeAll(copies)) {
        in += copy.get() ? 1 : 0;
      }
      assertEquals(1, in);
    } finally {
      clients.shutdownNow();
    }
  }

  /** The bits of a number say which letters are capitals. */
  private static String inCase(String text, int bits) {
    StringBuilder changed = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      if ((bits >> i & 1) != 0) {
        changed.setCharAt(i, Character.toUpperCase(text.charAt(i)));
      }
    }
    return changed.toString();
  }

  @Test
  void noRandomOctetsGetIn() {
    for (int i = 0; i < 3000; i++) {
      byte[] octets = new byte[random.nextInt(600)];
      random.nextBytes(octets);
      if (octets.length > 0) {
        octets[0] = 0x60;
      }
      assertStaysOut(octets);
    }
  }

  /** RFC 4121 section 4.2.6.2: behind the header every octet is under the checksum. */
  @Test
  void noChangedChoiceOfALayerGetsIn() throws Exception {
    for (int i = 0; i < 30; i++) {
      GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
      SmtpAuthExchange exchange = server.exchange();
      Reply offer = offer(exchange, client);
      byte[] choice = client.wrap(new byte[] {1, 0, 0, 0}, 0, 4, new MessageProp(0, false));
      boolean isChanged = i > 0;
      if (isChanged) {
        choice[16 + random.nextInt(choice.length - 16)] ^= (byte) (1 << random.nextInt(8));
      }
      Reply reply = exchange.auth(Dialogue.encode(choice));
      assertEquals(isChanged ? 535 : 235, reply.code(), () -> offer.line() + reply.line());
      assertEquals(!isChanged, exchange.isAuthenticated());
    }
  }

  @Test
  void theServersOwnOfferSentBackIsNoChoice() throws Exception {
    SmtpAuthExchange exchange = server.exchange();
    Reply offer = offer(exchange, Tokens.context(Tokens.SPNEGO, "smtp/localhost", true));
    assertEquals(535, exchange.auth(offer.text()).code());
    assertFalse(exchange.isAuthenticated());
  }

  private static Reply offer(SmtpAuthExchange exchange, GSSContext client) throws Exception {
    Reply reply = exchange.auth("AUTH GSSAPI " + Dialogue.encode(Tokens.first(alice, client)));
    byte[] token = Base64.getDecoder().decode(reply.text());
    Dialogue.as(alice, () -> client.initSecContext(token, 0, token.length));
    return exchange.auth("");
  }

  @Test
  void noOrderOfLinesGetsInWithoutAFreshToken() throws Exception {
    byte[] used = Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
    assertTrue(server.exchange().auth(auth(used)).isContinuation());
    String spent = Dialogue.encode(used);
    List<String> lines =
        Arrays.asList(
            "AUTH GSSAPI",
            "AUTH GSS-SPNEGO",
            "AUTH GSSAPI " + spent,
            "AUTH GSS-SPNEGO =",
            spent,
            "",
            "*",
            "=",
            "YWJj",
            "RSET",
            "STARTTLS",
            "QUIT",
            "A".repeat(1 << 20),
            "AUTH PLAIN AGFsaWNlAHNlY3JldA==",
            "\u0000",
            "\uD800",
            null);
    SmtpAuthExchange exchange = server.exchange();
    for (int i = 0; i < 3000; i++) {
      Reply reply = exchange.auth(lines.get(random.nextInt(lines.size())));
      assertTrue(KNOWN_REPLIES.contains(reply.code()), reply.line());
      assertFalse(exchange.isAuthenticated());
    }
    exchange.auth("*");
    byte[] fresh = Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
    assertTrue(exchange.auth(auth(fresh)).isContinuation());
    assertTrue(exchange.auth("").isSuccess());
  }

  @Test
  void aFailureIsWarnedOfOnceAndInOneLine() {
    SmtpAuthExchange exchange = server.exchange();
    assertEquals(535, exchange.auth("AUTH GSSAPI YAA=").code());
    exchange.auth("RSET");
    exchange.close();
    assertEquals(1, log.warnings().size(), () -> log.warnings().toString());
    assertEquals(1, log.warnings().get(0).lines().count());
  }

  /** An identifier may have thousands of digits. */
  @Test
  void aTokenOfLongIdentifiersIsAShortLine() {
    byte[] identifier = new byte[4000];
    Arrays.fill(identifier, (byte) 0xff);
    identifier[0] = 0x2b;
    identifier[identifier.length - 1] = 0x7f;
    byte[] oid = Der.element(Der.OID, identifier);
    byte[] list = Der.element(Der.context(0), Der.element(Der.SEQUENCE, oid, oid));
    byte[] spnego = HexFormat.of().parseHex("06062b0601050502");
    byte[] init = Der.element(Der.context(0), Der.element(Der.SEQUENCE, list));
    for (byte[] framed : List.of(Der.element(0x60, spnego, init), Der.element(0x60, oid))) {
      assertStaysOut(framed);
    }
    assertEquals(2, log.warnings().size());
    log.warnings().forEach(line -> assertTrue(line.length() < 600, line.length() + " characters"));
  }

  @Test
  void tenThousandBadTokensFloodNoLogAndReadTheKeytabOnce() throws Exception {
    Path file = Kdc.shared().keytab("smtp/localhost");
    SmtpAuthServer own = SmtpAuthServer.builder().keytab(file).build();
    byte[] bad = Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
    bad[bad.length - 300] ^= 1; // in the ticket's encrypted part
    for (int i = 0; i < 10_000; i++) {
      assertEquals(535, own.exchange().auth(auth(bad)).code());
    }
    assertTrue(log.warnings().size() <= 20, () -> log.warnings().size() + " warnings");
    assertTrue(log.warnings().stream().allMatch(line -> line.length() < 600));
    assertEquals(1, readings(file));

    Kdc.shared().writeKeytab(file, "smtp/localhost", "alice");
    assertEquals(535, own.exchange().auth(auth(bad)).code());
    assertEquals(2, readings(file));
    bad[bad.length - 300] ^= 1;
    assertTrue(own.exchange().auth(auth(bad)).isContinuation(), "the token was good before");
  }

  private long readings(Path file) {
    return log.debugs().stream()
        .filter(line -> line.startsWith("The keytab " + file + " holds"))
        .count();
  }

  /** Sends a token, then what would end an exchange that had got somewhere. */
  private void assertStaysOut(byte[] token) {
    SmtpAuthExchange exchange = server.exchange();
    Reply reply = exchange.auth(auth(token));
    for (int i = 0; reply.isContinuation() && i < 10; i++) {
      assertFalse(exchange.isAuthenticated());
      reply = exchange.auth("");
    }
    assertTrue(reply.code() == 535 || reply.code() == 501, reply.line());
    assertFalse(exchange.isAuthenticated());
  }

  private static String auth(byte[] token) {
    return "AUTH GSS-SPNEGO " + Dialogue.encode(token);
  }
}
