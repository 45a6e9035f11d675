package io.github.smtpspnego.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.NtlmFirstClient;
import io.github.smtpspnego.support.Tokens;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.MessageProp;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Changes to the tokens of a real client, led by what they reach in the server. Each run has a new
 * client, so that no token is refused only because it was seen before.
 */
class ClientTokenFuzzTest {
  private static final byte[] NONE = {};
  private static final Parties PARTIES = parties();
  private static final SmtpAuthServer SERVER =
      SmtpAuthServer.builder()
          .keytab(Path.of(PARTIES.keytab.get("mail.smtp.sasl.spnego.keytab")))
          .hosts("localhost")
          .build();

  /** The first octet says which client it is, and which of its tokens is changed. */
  static List<byte[]> clients() {
    return List.of(
        new byte[] {0},
        new byte[] {1},
        new byte[] {2},
        new byte[] {3},
        new byte[] {2, 0, 9, 1, 1, 0x30},
        new byte[] {6, 0, 20, 0, 1, 0x55},
        new byte[] {10, 0, 40, 1, 0},
        new byte[] {3, 0, 12, 2, 2, 0x05, 0x00});
  }

  @MethodSource("clients")
  @FuzzTest(maxDuration = "60s")
  void theServerLetsNobodyInWithoutProofAndSignature(byte[] input) throws Exception {
    if (input == null || input.length == 0) {
      return;
    }
    byte[] edits = Arrays.copyOfRange(input, 1, input.length);
    boolean isNtlmFirst = (input[0] & 2) != 0;
    if (isNtlmFirst) {
      negotiate((input[0] & 1) != 0, input[0] >> 2 & 3, edits);
    } else {
      String mechanism = (input[0] & 1) != 0 ? Tokens.SPNEGO : Tokens.KERBEROS;
      byte[] genuine = Tokens.first(PARTIES.alice, mechanism, Parties.SERVICE);
      byte[] token = Edits.apply(edits, genuine);
      SmtpAuthExchange exchange = SERVER.exchange();
      finish(exchange, exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(token)));
      check(exchange, new Proof(genuine).isIn(token));
    }
  }

  private static void negotiate(boolean mutualAuth, int changed, byte[] edits) throws Exception {
    GSSContext client = Tokens.context(Tokens.KERBEROS, Parties.SERVICE, mutualAuth);
    byte[] apReq = Tokens.first(PARTIES.alice, client);
    SmtpAuthExchange exchange = SERVER.exchange();
    byte[] init =
        changed == 0 ? Edits.apply(edits, NtlmFirstClient.init()) : NtlmFirstClient.init();
    Reply reply = exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(init));
    byte[] mic = mutualAuth ? NONE : mic(client);
    byte[] token = NtlmFirstClient.response(1, apReq, mutualAuth ? null : mic);
    byte[] sent = changed == 1 ? Edits.apply(edits, token) : token;
    boolean hasProof = new Proof(apReq).isIn(sent);
    boolean hasSignature = !mutualAuth && Proof.indexOf(sent, mic) >= 0;
    if (reply.isContinuation()) {
      reply = exchange.auth(Dialogue.encode(sent));
    }
    if (reply.isContinuation() && mutualAuth && establish(client, reply)) {
      mic = mic(client);
      byte[] response = NtlmFirstClient.response(0, null, mic);
      sent = changed >= 2 ? Edits.apply(edits, response) : response;
      hasSignature = Proof.indexOf(sent, mic) >= 0;
      reply = exchange.auth(Dialogue.encode(sent));
    }
    finish(exchange, reply);
    boolean isSigned = hasSignature && Proof.indexOf(init, NtlmFirstClient.LIST) >= 0;
    check(exchange, hasProof && (isSigned || MutatedNegotiationIT.isKerberosFirst(init)));
  }

  private static boolean establish(GSSContext client, Reply reply) throws Exception {
    for (DerNode node : DerNode.parse(Base64.getDecoder().decode(reply.text())).all()) {
      if (node.tag == 0xa2) {
        byte[] apRep = DerNode.parse(node.contents()).children.get(0).contents();
        Dialogue.as(PARTIES.alice, () -> client.initSecContext(apRep, 0, apRep.length));
        return client.isEstablished();
      }
    }
    return false;
  }

  private static void finish(SmtpAuthExchange exchange, Reply begun) {
    Reply reply = begun;
    for (int i = 0; reply.isContinuation() && i < 10; i++) {
      reply = exchange.auth("");
    }
    if (reply.isContinuation()) {
      throw new AssertionError("the exchange does not end: " + reply.line());
    }
  }

  private static void check(SmtpAuthExchange exchange, boolean mayBeIn) {
    if (exchange.isAuthenticated() && !mayBeIn) {
      throw new AssertionError("let in: " + exchange.principal());
    }
  }

  private static byte[] mic(GSSContext client) throws GSSException {
    byte[] list = NtlmFirstClient.LIST;
    return client.getMIC(list, 0, list.length, new MessageProp(0, false));
  }

  private static Parties parties() {
    try {
      return new Parties();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
