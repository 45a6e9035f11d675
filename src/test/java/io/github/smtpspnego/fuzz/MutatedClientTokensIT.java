package io.github.smtpspnego.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.fuzz.Campaign.Trace;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.support.AuthServers;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A hostile client, or somebody between it and the server, changes what the server is to read. Each
 * token is a fresh one, so that nothing is refused only because it was seen before. What stands
 * outside the encrypted parts may be changed by anybody, and the client is let in as who it is.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ResourceLock("java.util.logging")
class MutatedClientTokensIT {
  private static final Set<Integer> REPLIES = Set.of(235, 334, 500, 501, 504, 535);
  private static final int MOST_LINES = 12;

  private static Parties parties;

  private final Logger logger = Logger.getLogger("io.github.smtpspnego");
  private final Handler warnings = new OneLiners();

  /** What hostile octets leave in a log must not look like something else. */
  private static final class OneLiners extends Handler {
    @Override
    public void publish(LogRecord entry) {
      String message = entry.getMessage();
      assertTrue(
          message.length() < 2000 && message.chars().noneMatch(Character::isISOControl), message);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** What is changed. */
  private enum Target {
    FIRST_TOKEN,
    EMPTY_RESPONSE,
    CHOICE,
    LINE
  }

  @BeforeAll
  static void meet() throws Exception {
    parties = new Parties();
  }

  @BeforeEach
  void listen() {
    logger.addHandler(warnings);
  }

  @AfterEach
  void stopListening() {
    logger.removeHandler(warnings);
  }

  @Test
  void noMutatedTokenLetsAnybodyInButWhoMadeIt() {
    Campaign.run(
        "Tokens to the server",
        Campaign.COUNT,
        (random, trace) -> {
          SmtpAuthExchange exchange = AuthServers.of("localhost", parties.keytab).exchange();
          boolean in = new Attack(random, trace, exchange).run();
          if (!in && random.nextInt(50) == 0) {
            assertHonestClientGetsIn(exchange);
          }
          return in;
        });
  }

  /** One attack, the client's side of it. */
  private static final class Attack {
    private final Random random;
    private final Trace trace;
    private final SmtpAuthExchange exchange;
    private final boolean spnego;
    private final boolean offers;
    private final Target target;
    private final GSSContext initiator;
    private final byte[] genuine;

    /** Whether what was sent so far still says what the client said. */
    private boolean sameMeaning = true;

    Attack(Random random, Trace trace, SmtpAuthExchange exchange) throws Exception {
      this.random = random;
      this.trace = trace;
      this.exchange = exchange;
      spnego = random.nextInt(3) > 0;
      offers = random.nextInt(3) == 0;
      int kind = random.nextInt(20);
      target =
          kind < 13
              ? Target.FIRST_TOKEN
              : kind < 14 ? Target.EMPTY_RESPONSE : kind < 17 ? Target.LINE : Target.CHOICE;
      initiator = Tokens.context(spnego ? Tokens.SPNEGO : Tokens.KERBEROS, Parties.SERVICE, true);
      genuine = Tokens.first(parties.alice, initiator);
    }

    boolean run() throws Exception {
      // Kerberos always gets an offer; SPNEGO under GSSAPI.
      String mechanism = offers || target == Target.CHOICE ? "GSSAPI" : "GSS-SPNEGO";
      Reply reply = begin("AUTH " + mechanism + " ");
      Reply last = reply;
      for (int i = 0; reply.isContinuation(); i++) {
        assertTrue(i < MOST_LINES, "the exchange does not end");
        assertFalse(exchange.isAuthenticated());
        last = reply;
        reply = next(i, last);
      }
      if (!reply.isSuccess()) {
        assertFalse(exchange.isAuthenticated());
        assertThrows(IllegalStateException.class, exchange::principal);
        return false;
      }
      assertTrue(sameMeaning, "let in by what the client never said");
      assertTrue(exchange.isAuthenticated());
      assertEquals(Kdc.full("alice"), exchange.principal());
      assertEquals(Kdc.full("alice"), exchange.authorizationId());
      // Outside the encrypted part: it says no more than which names the server takes.
      String service = exchange.targetName().replaceFirst("@.*", "");
      assertTrue(service.matches("(?i)smtp(svc)?/localhost"), service);
      assertTrue(exchange.targetName().chars().noneMatch(Character::isISOControl));
      assertEquals(503, exchange.auth("AUTH " + mechanism).code());
      return true;
    }

    private Reply begin(String command) throws Exception {
      if (target == Target.FIRST_TOKEN) {
        if (spnego && random.nextInt(4) == 0) {
          return beginWithoutToken(command);
        }
        return send(command + Dialogue.encode(mutateToken(genuine)));
      }
      String line = command + Dialogue.encode(genuine);
      return target == Target.LINE ? sendMutated(line, new Proof(genuine)::isIn) : send(line);
    }

    /** RFC 4178 allows a NegTokenInit without a token; it comes in a NegTokenResp then. */
    private Reply beginWithoutToken(String command) {
      DerNode init = DerNode.parse(genuine);
      DerNode fields = init.children.get(0).children.get(1).children.get(0);
      DerNode mechToken = fields.children.remove(fields.children.size() - 1);
      assertEquals(0xa2, mechToken.tag);
      byte[] first = init.contents();
      boolean early = random.nextInt(3) == 0;
      byte[] sent = early ? mutate(first) : first;
      Reply reply = send(command + Dialogue.encode(sent));
      if (!reply.isContinuation()) {
        return reply;
      }
      DerNode sequence = DerNode.of(DerNode.SEQUENCE, new byte[0]);
      sequence.children.add(mechToken);
      DerNode choice = DerNode.of(0xa1, new byte[0]);
      choice.children.add(sequence);
      byte[] second = choice.encode();
      return send(Dialogue.encode(early ? second : mutateToken(second)));
    }

    private Reply next(int index, Reply challenge) throws Exception {
      byte[] octets = Base64.getDecoder().decode(challenge.text());
      if (index == 0) { // the last token of the context, answered with nothing
        if (!initiator.isEstablished()) {
          establish(octets);
        }
        if (target == Target.EMPTY_RESPONSE) {
          byte[] response = mutate(parties.spent.get(random.nextInt(parties.spent.size())));
          sameMeaning &= response.length == 0;
          return send(Dialogue.encode(response));
        }
        return target == Target.LINE && random.nextBoolean()
            ? sendMutated("", response -> response.length == 0)
            : send("");
      }
      if (!initiator.isEstablished()) {
        return send("*");
      }
      byte[] choice = Parties.wrap(initiator, Parties.CHOICE);
      if (target == Target.CHOICE) {
        byte[] base = random.nextInt(8) == 0 ? octets : choice; // the offer, sent back
        byte[] mutated = mutate(base);
        sameMeaning &= Proof.isSameMessage(choice, mutated);
        return send(Dialogue.encode(mutated));
      }
      return target == Target.LINE
          ? sendMutated(Dialogue.encode(choice), sent -> Proof.isSameMessage(choice, sent))
          : send(Dialogue.encode(choice));
    }

    private void establish(byte[] reply) throws Exception {
      try {
        Dialogue.as(parties.alice, () -> initiator.initSecContext(reply, 0, reply.length));
      } catch (GSSException e) {
        trace.add("the initiator does not take the reply: " + e.getMessage());
      }
    }

    private byte[] mutateToken(byte[] token) {
      byte[] mutated = mutate(token);
      sameMeaning &= new Proof(genuine).isIn(mutated);
      return mutated;
    }

    private byte[] mutate(byte[] octets) {
      Mutator mutator = new Mutator(random, parties.spent);
      byte[] mutated = mutator.mutate(octets);
      trace.add(mutator.story());
      return mutated;
    }

    private Reply sendMutated(String line, Predicate<byte[]> isSame) {
      Mutator mutator = new Mutator(random, parties.spent);
      String mutated = mutator.mutate(line);
      trace.add(mutator.story());
      sameMeaning &= isSameLine(line, mutated, isSame);
      return send(mutated);
    }

    private Reply send(String line) {
      trace.add("C: " + line);
      Reply reply = exchange.auth(line);
      trace.add("S: " + reply.line());
      assertTrue(REPLIES.contains(reply.code()), reply.line());
      assertTrue(reply.line().chars().allMatch(c -> c >= ' ' && c < 0x7f), reply.line());
      return reply;
    }
  }

  /** Whether two lines are the same to a reader of SMTP, and of what is in base64. */
  private static boolean isSameLine(String one, String other, Predicate<byte[]> isSame) {
    List<String> words = List.of(one.split(" ", -1));
    List<String> others = List.of(other.stripTrailing().split(" ", -1));
    if (words.size() != others.size()) {
      return false;
    }
    int last = words.size() - 1;
    for (int i = 0; i < last; i++) { // AUTH and the mechanism
      if (!words.get(i).equalsIgnoreCase(others.get(i))) {
        return false;
      }
    }
    try {
      return isSame.test(Base64.getDecoder().decode(others.get(last)));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Who fails may try again on the same connection. */
  private static void assertHonestClientGetsIn(SmtpAuthExchange exchange) throws Exception {
    byte[] token = Tokens.first(parties.alice, Tokens.SPNEGO, Parties.SERVICE);
    String line = "AUTH GSS-SPNEGO " + Dialogue.encode(token);
    assertTrue(exchange.auth(line).isContinuation());
    assertTrue(exchange.auth("").isSuccess());
    SmtpAuthExchange other = AuthServers.of("localhost", parties.keytab).exchange();
    assertEquals(535, other.auth(line).code(), "a replay");
  }
}
