package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages under a negotiated layer, RFC 2222 section 7.2.3. */
class SecurityLayerIT {
  private static final Kdc KDC = Kdc.shared();
  private static final byte[] MESSAGE = "a message".getBytes(StandardCharsets.US_ASCII);

  /** RFC 4121 section 4.2.6.2; of its fields some are for the receiver's convenience only. */
  private static final int HEADER = 16;

  private SaslClient client;
  private SaslServer server;

  private void agreeOn(String qop, int clientTakes, int serverTakes) throws Exception {
    Subject alice = KDC.login("alice", Kdc.PASSWORD);
    client =
        new SpnegoSaslClientFactory()
            .createSaslClient(
                new String[] {"GSSAPI"},
                null,
                "smtp",
                "localhost",
                Map.of(Sasl.QOP, qop, Sasl.MAX_BUFFER, Integer.toString(clientTakes)),
                null);
    server =
        new SpnegoSaslServerFactory()
            .createSaslServer(
                "GSSAPI",
                "smtp",
                "localhost",
                Map.of(
                    Sasl.QOP,
                    qop,
                    Sasl.MAX_BUFFER,
                    Integer.toString(serverTakes),
                    "mail.smtp.sasl.spnego.keytab",
                    KDC.keytab("smtp/localhost").toString()),
                null);
    byte[] challenge = {};
    while (challenge != null) {
      byte[] received = challenge;
      challenge =
          server.evaluateResponse(Dialogue.as(alice, () -> client.evaluateChallenge(received)));
    }
    assertTrue(client.isComplete() && server.isComplete());
  }

  @ParameterizedTest
  @ValueSource(strings = {"auth-int", "auth-conf"})
  void maxbufferBoundsWhatEachSideIsSent(String qop) throws Exception {
    agreeOn(qop, 4096, 2048);
    assertEquals("4096", client.getNegotiatedProperty(Sasl.MAX_BUFFER));
    assertEquals("2048", server.getNegotiatedProperty(Sasl.MAX_BUFFER));
    int largest = Integer.parseInt((String) client.getNegotiatedProperty(Sasl.RAW_SEND_SIZE));
    byte[] token = client.wrap(new byte[largest], 0, largest);
    assertTrue(token.length <= 2048, () -> "a token of " + token.length);
    assertEquals(largest, server.unwrap(token, 0, token.length).length);
    byte[] tooLarge = client.wrap(new byte[2048], 0, 2048);
    assertRefused(server, tooLarge);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auth-int", "auth-conf"})
  void aMessageThatWasChangedIsRefusedAndTheNextOneTaken(String qop) throws Exception {
    agreeOn(qop, 65536, 65536);
    byte[] token = server.wrap(MESSAGE, 0, MESSAGE.length);
    for (int i = HEADER; i < token.length; i++) {
      byte[] changed = token.clone();
      changed[i] ^= 1;
      SpnegoException e =
          assertThrows(
              SpnegoException.class, () -> client.unwrap(changed, 0, changed.length), "at " + i);
      assertEquals(Reason.SECURITY_LAYER, e.reason());
    }
    assertArrayEquals(MESSAGE, client.unwrap(token, 0, token.length));
    assertThrows(SpnegoException.class, () -> client.unwrap(token, 0, token.length), "twice");
    byte[] next = server.wrap(MESSAGE, 0, MESSAGE.length);
    assertArrayEquals(MESSAGE, client.unwrap(next, 0, next.length));
    assertThrows(SpnegoException.class, () -> client.unwrap(new byte[0], 0, 0));
  }

  private static void assertRefused(SaslServer server, byte[] token) {
    SpnegoException e =
        assertThrows(SpnegoException.class, () -> server.unwrap(token, 0, token.length));
    assertEquals(Reason.SECURITY_LAYER, e.reason());
  }
}
