package io.github.smtpspnego.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.fuzz.Campaign.Trace;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.NtlmFirstClient;
import io.github.smtpspnego.support.Tokens;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.MessageProp;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Somebody between a client with NTLM first and the server changes what the server is to read: the
 * list of mechanisms, the Kerberos token, the signature. Nobody is let in without the client's
 * proof, and, where Kerberos is not the first mechanism that the server read, without the client's
 * signature over exactly that list.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutatedNegotiationIT {
  private static final Set<Integer> REPLIES = Set.of(235, 334, 500, 501, 535);
  private static final int MOST_LINES = 12;
  private static final byte[] NONE = {};

  /** Kerberos, and what Microsoft calls it. */
  private static final Set<String> KERBEROS = Set.of("2a864886f712010202", "2a864882f712010202");

  private static Parties parties;
  private static SmtpAuthServer server;

  /** What is changed. */
  private enum Target {
    NOTHING,
    INIT,
    TOKEN,
    MIC,
    ALL
  }

  @BeforeAll
  static void meet() throws Exception {
    parties = new Parties();
    server =
        SmtpAuthServer.builder()
            .keytab(Path.of(parties.keytab.get("mail.smtp.sasl.spnego.keytab")))
            .hosts("localhost")
            .build();
  }

  @Test
  void noMutatedNegotiationLetsAnybodyInWithoutProofAndSignature() {
    Campaign.run(
        "Negotiations with the server",
        Campaign.COUNT,
        (random, trace) -> new Attack(random, trace).run());
  }

  private static final class Attack {
    private final Random random;
    private final Trace trace;
    private final SmtpAuthExchange exchange = server.exchange();
    private final boolean mutualAuth;
    private final Target target;
    private final GSSContext initiator;
    private final byte[] apReq;

    private byte[] sentInit = NONE;
    private boolean hasProof;
    private boolean hasSignature;

    Attack(Random random, Trace trace) throws Exception {
      this.random = random;
      this.trace = trace;
      mutualAuth = random.nextBoolean();
      int kind = random.nextInt(20);
      target =
          kind == 0
              ? Target.NOTHING
              : kind < 7
                  ? Target.INIT
                  : kind < 12 ? Target.TOKEN : kind < 18 ? Target.MIC : Target.ALL;
      initiator = Tokens.context(Tokens.KERBEROS, Parties.SERVICE, mutualAuth);
      apReq = Tokens.first(parties.alice, initiator);
    }

    boolean run() throws Exception {
      sentInit = change(NtlmFirstClient.init(), Target.INIT);
      Reply reply = send("AUTH " + (random.nextBoolean() ? "GSSAPI " : "GSS-SPNEGO "), sentInit);
      if (reply.isContinuation()) {
        reply = sendToken();
      }
      if (reply.isContinuation() && mutualAuth) {
        reply = sendSignature(reply);
      }
      for (int i = 0; reply.isContinuation(); i++) {
        assertTrue(i < MOST_LINES, "the exchange does not end");
        assertFalse(exchange.isAuthenticated());
        reply = answer(reply);
      }
      if (!reply.isSuccess()) {
        assertFalse(exchange.isAuthenticated());
        assertThrows(IllegalStateException.class, exchange::principal);
        assertTrue(target != Target.NOTHING, "an honest client is refused");
        return false;
      }
      assertTrue(hasProof, "let in without the client's proof");
      assertTrue(
          hasSignature || isKerberosFirst(sentInit), "let in without the signature that was due");
      assertEquals(Kdc.full("alice"), exchange.principal());
      return true;
    }

    private Reply sendToken() throws Exception {
      // In the odd case the signature comes with the token, and may be left out on the way.
      byte[] mic = mutualAuth || isLeftOut() ? null : mic();
      byte[] changedMic = mic == null ? null : change(mic, Target.MIC);
      byte[] response = NtlmFirstClient.response(1, apReq, changedMic);
      byte[] sent = change(response, Target.TOKEN);
      hasProof = new Proof(apReq).isIn(sent);
      hasSignature = isSigned(mic, sent);
      return send("", sent);
    }

    private Reply sendSignature(Reply reply) throws Exception {
      if (!establish(Base64.getDecoder().decode(reply.text()))) {
        return send("", random.nextBoolean() ? NONE : parties.spent.get(random.nextInt(9)));
      }
      if (isLeftOut()) {
        return send("", NtlmFirstClient.response(0, null, null));
      }
      byte[] mic = mic();
      byte[] response = NtlmFirstClient.response(0, null, change(mic, Target.MIC));
      byte[] sent = random.nextInt(4) == 0 ? change(response, Target.MIC) : response;
      hasSignature = isSigned(mic, sent);
      return send("", sent);
    }

    /** Whether the signature does not reach the server. */
    private boolean isLeftOut() {
      return target == Target.MIC && random.nextInt(8) == 0;
    }

    /** The whole signature is under its own checksum: RFC 4121 section 4.2.6.1. */
    private boolean isSigned(byte[] mic, byte[] sent) {
      return mic != null
          && Proof.indexOf(sent, mic) >= 0
          && Proof.indexOf(sentInit, NtlmFirstClient.LIST) >= 0;
    }

    private Reply answer(Reply reply) throws Exception {
      byte[] octets = Base64.getDecoder().decode(reply.text());
      if (octets.length == 0 || !initiator.isEstablished() || octets[0] != 5) {
        return send("", NONE);
      }
      return send("", Parties.wrap(initiator, Parties.CHOICE));
    }

    private byte[] mic() throws GSSException {
      return initiator.getMIC(
          NtlmFirstClient.LIST, 0, NtlmFirstClient.LIST.length, new MessageProp(0, false));
    }

    /** Whether the reply held the server's AP-REP. */
    private boolean establish(byte[] reply) throws Exception {
      for (DerNode node : DerNode.parse(reply).all()) {
        if (node.tag == 0xa2) {
          byte[] apRep = DerNode.parse(node.contents()).children.get(0).contents();
          try {
            Dialogue.as(parties.alice, () -> initiator.initSecContext(apRep, 0, apRep.length));
          } catch (GSSException e) {
            trace.add("the initiator does not take the reply: " + e.getMessage());
          }
          break;
        }
      }
      return initiator.isEstablished();
    }

    private byte[] change(byte[] octets, Target which) {
      if (target != which && (target != Target.ALL || random.nextBoolean())) {
        return octets;
      }
      Mutator mutator = new Mutator(random, parties.spent);
      byte[] changed = mutator.mutate(octets);
      trace.add(which + " " + mutator.story());
      return changed;
    }

    private Reply send(String command, byte[] octets) {
      String line = command + Dialogue.encode(octets);
      trace.add("C: " + line);
      Reply reply = exchange.auth(line);
      trace.add("S: " + reply.line());
      assertTrue(REPLIES.contains(reply.code()), reply.line());
      return reply;
    }
  }

  /** Whether a NegTokenInit offers Kerberos first, read without the code under test. */
  static boolean isKerberosFirst(byte[] init) {
    try {
      ByteBuffer framed = enter(ByteBuffer.wrap(init), 0x60);
      enter(framed, 0x06); // SPNEGO's own identifier
      ByteBuffer list = enter(enter(enter(enter(framed, 0xa0), 0x30), 0xa0), 0x30);
      ByteBuffer first = enter(list, 0x06);
      byte[] identifier = new byte[first.remaining()];
      first.get(identifier);
      return KERBEROS.contains(HexFormat.of().formatHex(identifier));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  private static ByteBuffer enter(ByteBuffer in, int tag) {
    if ((in.get() & 0xff) != tag) {
      throw new IndexOutOfBoundsException("another tag");
    }
    int length = in.get() & 0xff;
    if (length >= 0x80) {
      int size = length & 0x7f;
      length = 0;
      for (int i = 0; i < size; i++) {
        length = length << 8 | (in.get() & 0xff);
      }
    }
    ByteBuffer contents = in.slice(in.position(), length);
    in.position(in.position() + length);
    return contents;
  }
}
