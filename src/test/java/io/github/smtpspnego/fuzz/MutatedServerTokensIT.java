package io.github.smtpspnego.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.fuzz.Campaign.Trace;
import io.github.smtpspnego.sasl.SpnegoSaslClientFactory;
import io.github.smtpspnego.support.Dialogue;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.MessageProp;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A hostile server, or somebody between it and the client, changes what the client is to read. It
 * may break the exchange; it may not make the client believe.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutatedServerTokensIT {
  private static final byte[] NONE = {};
  private static final int MOST_CHALLENGES = 4;

  /** Complete as soon as the context is established, so that everybody sees that it is. */
  private static final Map<String, String> ENDS_WITH_CONTEXT =
      Map.of("mail.smtp.sasl.spnego.securitylayer", "none");

  private static final Map<String, String> AWAITS_OFFER = Map.of();

  private static Parties parties;

  @BeforeAll
  static void meet() throws Exception {
    parties = new Parties();
  }

  @Test
  void noMutatedReplyEstablishesAContextWithoutProof() {
    Campaign.run(
        "Replies to the client",
        Campaign.COUNT,
        (random, trace) -> Dialogue.as(parties.alice, () -> attackNegotiation(random, trace)));
  }

  @Test
  void noMutatedOfferIsTakenForTheServers() {
    Campaign.run(
        "Offers to the client",
        Math.max(1, Campaign.COUNT / 4),
        (random, trace) -> Dialogue.as(parties.alice, () -> attackOffer(random, trace)));
  }

  private static boolean attackNegotiation(Random random, Trace trace) throws Exception {
    boolean awaitsOffer = random.nextInt(4) == 0;
    SaslClient client = client(awaitsOffer ? AWAITS_OFFER : ENDS_WITH_CONTEXT);
    byte[] first = client.evaluateChallenge(NONE);
    GSSContext acceptor = parties.acceptor();
    byte[] genuine = parties.accept(acceptor, first);
    Proof proof = new Proof(genuine);
    boolean proved = false;
    for (int i = 0; i < MOST_CHALLENGES && !proved; i++) {
      boolean another = random.nextInt(6) == 0;
      byte[] base = another ? parties.spent.get(random.nextInt(parties.spent.size())) : genuine;
      byte[] challenge = mutate(random, trace, base);
      proved = proof.isIn(challenge);
      try {
        client.evaluateChallenge(challenge);
      } catch (SaslException e) {
        assertStaysFailed(client, e, genuine);
        return false;
      }
      assertTrue(proved || !client.isComplete(), "complete without the server's proof");
    }
    if (awaitsOffer) {
      assertFalse(client.isComplete());
      byte[] offer = Parties.wrap(acceptor, Parties.OFFER);
      try {
        client.evaluateChallenge(offer);
      } catch (SaslException e) {
        assertStaysFailed(client, e, genuine);
        assertFalse(proved, "the offer of a server that proved itself is refused");
      }
      assertEquals(proved, client.isComplete());
    }
    if (client.isComplete()) {
      assertEquals("auth", client.getNegotiatedProperty(Sasl.QOP));
    }
    client.dispose();
    return client.isComplete();
  }

  private static boolean attackOffer(Random random, Trace trace) throws Exception {
    SaslClient client = client(AWAITS_OFFER);
    GSSContext acceptor = parties.acceptor();
    byte[] genuine = parties.accept(acceptor, client.evaluateChallenge(NONE));
    assertArrayEquals(NONE, client.evaluateChallenge(genuine));
    byte[] offer = Parties.wrap(acceptor, Parties.OFFER);
    boolean another = random.nextInt(10) == 0;
    byte[] base = another ? parties.spent.get(random.nextInt(parties.spent.size())) : offer;
    byte[] challenge = mutate(random, trace, base);
    byte[] choice;
    try {
      choice = client.evaluateChallenge(challenge);
    } catch (SaslException e) {
      assertStaysFailed(client, e, offer);
      return false;
    }
    assertTrue(Proof.isSameMessage(offer, challenge), "what the server never said was taken");
    assertTrue(client.isComplete());
    assertEquals("auth", client.getNegotiatedProperty(Sasl.QOP));
    byte[] plain = acceptor.unwrap(choice, 0, choice.length, new MessageProp(false));
    assertArrayEquals(Parties.CHOICE, plain);
    return true;
  }

  private static byte[] mutate(Random random, Trace trace, byte[] base) {
    Mutator mutator = new Mutator(random, parties.spent);
    byte[] mutated = mutator.mutate(base);
    trace.add(mutator.story(), mutated);
    return mutated;
  }

  /** Even the genuine token comes too late. */
  private static void assertStaysFailed(SaslClient client, SaslException failure, byte[] genuine)
      throws SaslException {
    assertSame(failure, assertThrows(SaslException.class, () -> client.evaluateChallenge(genuine)));
    assertFalse(client.isComplete());
    assertThrows(IllegalStateException.class, () -> client.getNegotiatedProperty(Sasl.QOP));
    String message = failure.getMessage();
    assertTrue(
        message.length() < 2000 && message.chars().noneMatch(Character::isISOControl), message);
    client.dispose();
  }

  private static SaslClient client(Map<String, String> properties) {
    return new SpnegoSaslClientFactory()
        .createSaslClient(new String[] {"GSSAPI"}, null, "smtp", "localhost", properties, null);
  }
}
