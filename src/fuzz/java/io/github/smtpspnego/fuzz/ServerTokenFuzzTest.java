package io.github.smtpspnego.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.smtpspnego.sasl.SpnegoSaslClientFactory;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedTickets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.Subject;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.junit.jupiter.params.provider.MethodSource;

/** Octets for the client, led by what they reach. */
class ServerTokenFuzzTest {
  private static final Subject ALICE = ForgedTickets.subject();

  static {
    ALICE.setReadOnly(); // else a failure takes the ticket away, and no KDC gives another
  }

  static List<byte[]> realTokens() throws Exception {
    return new Parties().spent;
  }

  @MethodSource("realTokens")
  @FuzzTest(maxDuration = "60s")
  void theClientTakesNoToken(byte[] token) throws Exception {
    if (token == null) {
      return;
    }
    Dialogue.as(ALICE, () -> send(token, Map.of()));
    // Without the server's proof the context comes to be, and an offer is read after it.
    Dialogue.as(ALICE, () -> send(token, Map.of("mail.smtp.sasl.spnego.mutualauth", "false")));
  }

  private static Void send(byte[] token, Map<String, String> properties) throws SaslException {
    SaslClient client =
        Objects.requireNonNull(
            new SpnegoSaslClientFactory()
                .createSaslClient(
                    new String[] {"GSSAPI"}, null, "smtp", "localhost", properties, null));
    client.evaluateChallenge(new byte[0]);
    try {
      client.evaluateChallenge(token);
      if (!properties.isEmpty()) {
        client.evaluateChallenge(token);
      }
    } catch (SaslException e) {
      // What is to leave.
    }
    if (client.isComplete()) {
      throw new AssertionError("complete");
    }
    client.dispose();
    return null;
  }
}
