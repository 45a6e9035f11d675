package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.smtp.Reply;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.Tokens;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.security.auth.Subject;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that mean harm, or are broken: none gets in, none gets more than a reply. */
@ResourceLock("java.util.logging")
class HostileInputIT {
  private static final int MUTATIONS = 3000;
  private static final long SEED = 4954;
  private static final Set<Integer> KNOWN_REPLIES = Set.of(334, 500, 501, 503, 504, 535);

  private static Subject alice;
  private static Map<String, String> properties;

  private final LogRecorder log = LogRecorder.start();
  private final Random random = new Random(SEED);

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    properties = Map.of("mail.smtp.sasl.spnego.keytab", kdc.keytab("smtp/localhost").toString());
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {Tokens.SPNEGO, Tokens.KERBEROS})
  void noTruncatedTokenGetsIn(String mechanism) throws Exception {
    byte[] token = spent(mechanism);
    for (int length = 0; length < token.length; length++) {
      assertStaysOut(Arrays.copyOf(token, length));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Tokens.SPNEGO, Tokens.KERBEROS})
  void noMutatedTokenGetsIn(String mechanism) throws Exception {
    // Spent, so that a mutation which changes nothing that counts is a replay.
    byte[] token = spent(mechanism);
    for (int i = 0; i < MUTATIONS; i++) {
      assertStaysOut(mutate(token));
    }
  }

  @Test
  void ofManyCopiesAtOnceOneGetsIn() throws Exception {
    byte[] token = Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
    String text = new String(token, StandardCharsets.ISO_8859_1);
    ExecutorService clients = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Boolean>> copies = new ArrayList<>();
      for (char letter = 'A'; letter <= 'Z'; letter++) {
        // Under another realm each, so that the JDK sees no replay.
        byte[] copy =
            text.replace(Kdc.REALM, letter + Kdc.REALM.substring(1))
                .getBytes(StandardCharsets.ISO_8859_1);
        String line = "AUTH GSS-SPNEGO " + Dialogue.encode(copy);
        copies.add(
            () -> {
              SmtpAuthExchange exchange = new SmtpAuthExchange("localhost", properties);
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

  @Test
  void noRandomOctetsGetIn() {
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] octets = new byte[random.nextInt(600)];
      random.nextBytes(octets);
      if (octets.length > 0) {
        octets[0] = 0x60;
      }
      assertStaysOut(octets);
    }
  }

  @Test
  void noMutatedChoiceOfALayerGetsIn() throws Exception {
    for (int i = 0; i < 200; i++) {
      SmtpAuthExchange exchange = new SmtpAuthExchange("localhost", properties);
      byte[] token = Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
      assertTrue(exchange.auth("AUTH GSSAPI " + Dialogue.encode(token)).isContinuation());
      Reply offer = exchange.auth("");
      assertTrue(offer.isContinuation());
      // The server's own offer, sent back as it is and changed, is no choice of the client's.
      byte[] reflected = Base64.getDecoder().decode(offer.text());
      byte[] choice = i == 0 ? reflected : mutate(reflected);
      Reply reply = exchange.auth(Dialogue.encode(choice));
      assertFalse(reply.isContinuation() || reply.isSuccess(), reply.line());
    }
  }

  @Test
  void noOrderOfLinesGetsInWithoutAFreshToken() throws Exception {
    String spent = Dialogue.encode(spent(Tokens.SPNEGO));
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
            "A".repeat(1 << 20),
            "AUTH PLAIN AGFsaWNlAHNlY3JldA==",
            "\u0000",
            "\uD800",
            null);
    SmtpAuthExchange exchange = new SmtpAuthExchange("localhost", properties);
    for (int i = 0; i < MUTATIONS; i++) {
      Reply reply = exchange.auth(lines.get(random.nextInt(lines.size())));
      assertTrue(KNOWN_REPLIES.contains(reply.code()), reply.line());
      assertFalse(exchange.isAuthenticated());
    }
  }

  @Test
  void aFailureIsWarnedOfOnceAndInOneLine() {
    SaslServer server =
        new SpnegoSaslServerFactory()
            .createSaslServer("GSSAPI", "smtp", "localhost", properties, null);
    for (int i = 0; i < 5; i++) {
      assertStaysOut(server, new byte[] {0x60, 0x00});
    }
    assertEquals(1, log.warnings().size(), () -> log.warnings().toString());
    assertEquals(1, log.warnings().get(0).lines().count());
  }

  @Test
  void tenThousandBadTokensFloodNoLogAndReadTheKeytabOnce() throws Exception {
    Kdc kdc = Kdc.shared();
    Path keytab = kdc.keytab("smtp/localhost");
    Map<String, String> own = Map.of("mail.smtp.sasl.spnego.keytab", keytab.toString());
    byte[] bad = Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
    bad[bad.length - 300] ^= 1; // in the ticket's encrypted part
    for (int i = 0; i < 10_000; i++) {
      assertStaysOut(
          new SpnegoSaslServerFactory().createSaslServer("GSSAPI", "smtp", "localhost", own, null),
          bad);
    }
    assertTrue(log.warnings().size() <= 20, () -> log.warnings().size() + " warnings");
    assertTrue(log.warnings().stream().allMatch(line -> line.length() < 600));
    assertEquals(1, readings(keytab));

    kdc.writeKeytab(keytab, "smtp/localhost", "alice");
    assertStaysOut(
        new SpnegoSaslServerFactory().createSaslServer("GSSAPI", "smtp", "localhost", own, null),
        bad);
    assertEquals(2, readings(keytab));
  }

  private long readings(Path keytab) {
    return log.debugs().stream()
        .filter(line -> line.startsWith("The keytab " + keytab + " holds"))
        .count();
  }

  private static void assertStaysOut(SaslServer server, byte[] response) {
    try {
      server.evaluateResponse(response);
    } catch (SaslException e) {
      assertFalse(server.isComplete());
      return;
    }
    throw new AssertionError("the token was taken");
  }

  /** Sends a token, then what would end an exchange that had got somewhere. */
  private static void assertStaysOut(byte[] token) {
    SmtpAuthExchange exchange = new SmtpAuthExchange("localhost", properties);
    Reply reply = exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(token));
    for (int i = 0; reply.isContinuation() && i < 10; i++) {
      assertFalse(exchange.isAuthenticated());
      reply = exchange.auth("");
    }
    assertTrue(reply.code() == 535 || reply.code() == 501, reply.line());
    assertFalse(exchange.isAuthenticated());
  }

  /** A real token that was accepted once. */
  private static byte[] spent(String mechanism) throws Exception {
    byte[] token = Tokens.first(alice, mechanism, "smtp/localhost");
    SmtpAuthExchange exchange = new SmtpAuthExchange("localhost", properties);
    assertTrue(exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(token)).isContinuation());
    exchange.close();
    return token;
  }

  /** Changes, drops, doubles or inserts a few octets, mostly near the front where the DER is. */
  private byte[] mutate(byte[] token) {
    byte[] changed = token.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int bound = random.nextBoolean() ? Math.min(120, changed.length) : changed.length;
      int at = random.nextInt(bound);
      switch (random.nextInt(4)) {
        case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> changed[at] = (byte) random.nextInt();
        case 2 -> changed = splice(changed, at, at + 1, new byte[0]);
        default -> changed = splice(changed, at, at, new byte[] {(byte) random.nextInt()});
      }
    }
    return changed;
  }

  private static byte[] splice(byte[] octets, int from, int to, byte[] insert) {
    byte[] result = Arrays.copyOf(octets, octets.length - (to - from) + insert.length);
    System.arraycopy(insert, 0, result, from, insert.length);
    System.arraycopy(octets, to, result, from + insert.length, octets.length - to);
    return result;
  }
}
