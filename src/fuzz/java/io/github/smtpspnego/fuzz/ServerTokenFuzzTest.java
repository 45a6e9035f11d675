package io.github.smtpspnego.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.smtpspnego.sasl.SpnegoSaslClientFactory;
import io.github.smtpspnego.support.Dialogue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSContext;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Changes to the tokens of a real server, led by what they reach in the client. Each run has a new
 * exchange, so that the unchanged tokens complete it.
 */
class ServerTokenFuzzTest {
  private static final Parties PARTIES = parties();

  /** The first octet says which token is changed, the reply or the offer. */
  static List<byte[]> servers() {
    return List.of(
        new byte[] {0},
        new byte[] {1},
        new byte[] {0, 0, 8, 1, 1, 0x01},
        new byte[] {0, 0, 30, 4, 0},
        new byte[] {1, 0, 2, 1, 1, 0x00},
        new byte[] {1, 0, 0, 4, 0});
  }

  @MethodSource("servers")
  @FuzzTest(maxDuration = "60s")
  void theClientBelievesNoServerWithoutProof(byte[] input) throws Exception {
    if (input == null || input.length == 0) {
      return;
    }
    byte[] edits = Arrays.copyOfRange(input, 1, input.length);
    if ((input[0] & 1) == 0) {
      Dialogue.as(PARTIES.alice, () -> changeReply(edits));
    } else {
      Dialogue.as(PARTIES.alice, () -> changeOffer(edits));
    }
  }

  private static Void changeReply(byte[] edits) throws Exception {
    SaslClient client = client(Map.of("mail.smtp.sasl.spnego.securitylayer", "none"));
    byte[] genuine = PARTIES.accept(PARTIES.acceptor(), client.evaluateChallenge(new byte[0]));
    byte[] reply = Edits.apply(edits, genuine);
    boolean isTaken = isTaken(client, reply);
    if (client.isComplete() && !new Proof(genuine).isIn(reply)) {
      throw new AssertionError("complete without the server's proof");
    }
    if (!isTaken && Arrays.equals(genuine, reply)) {
      throw new AssertionError("an honest server is refused");
    }
    client.dispose();
    return null;
  }

  private static Void changeOffer(byte[] edits) throws Exception {
    SaslClient client = client(Map.of());
    GSSContext acceptor = PARTIES.acceptor();
    client.evaluateChallenge(PARTIES.accept(acceptor, client.evaluateChallenge(new byte[0])));
    byte[] genuine = Parties.wrap(acceptor, Parties.OFFER);
    byte[] offer = Edits.apply(edits, genuine);
    if (isTaken(client, offer) && !Proof.isSameMessage(genuine, offer)) {
      throw new AssertionError("took an offer that the server never made");
    }
    client.dispose();
    return null;
  }

  private static boolean isTaken(SaslClient client, byte[] challenge) {
    try {
      client.evaluateChallenge(challenge);
      return true;
    } catch (SaslException e) {
      return false;
    }
  }

  private static SaslClient client(Map<String, String> properties) {
    return Objects.requireNonNull(
        new SpnegoSaslClientFactory()
            .createSaslClient(
                new String[] {"GSSAPI"}, null, "smtp", "localhost", properties, null));
  }

  private static Parties parties() {
    try {
      return new Parties();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
