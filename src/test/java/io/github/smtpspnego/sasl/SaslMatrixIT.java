package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.JdkSasl;
import io.github.smtpspnego.support.Kdc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every client with every server, in every way an exchange can end (MS-SSEAN section 1.6). */
class SaslMatrixIT {
  private static final List<String> QOPS = List.of("auth", "auth-int", "auth-conf");
  private static final CallbackHandler EVERYBODY =
      callbacks -> ((AuthorizeCallback) callbacks[0]).setAuthorized(true);

  private static Subject alice;
  private static Subject jdkServer;
  private static Path keytab;

  private enum Side {
    OURS,
    JDK
  }

  private enum Outcome {
    /** Complete, with the layer asked for, after the offer. */
    WITH_OFFER,
    /** Complete without an offer. */
    AT_ONCE,
    /** The server throws. */
    SERVER_FAILS,
    /** The client throws at its first call. */
    CLIENT_FAILS
  }

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    keytab = kdc.keytab("smtp/localhost");
    alice = kdc.login("alice", Kdc.PASSWORD);
    jdkServer = kdc.acceptor("smtp/localhost", keytab);
  }

  /**
   * Ours with ours: the layer asked for on both sides, the mechanism, the client's {@code
   * securitylayer}, and how it ends where the server's is auto, required, none.
   *
   * <p>RFC 2222 section 7.2 has the offer always. MS-SSEAN section 4.1 ends at once, which is the
   * server's none. Auto is what Exchange does under GSSAPI, and Cyrus SASL under GSS-SPNEGO.
   * Without the offer no layer can be agreed on, so that a side whose setting is none and that
   * wants one contradicts itself; a client whose setting is none is complete, and takes no offer.
   */
  private static final String OURS =
      """
      auth      GSSAPI     auto     | WITH_OFFER   WITH_OFFER   AT_ONCE
      auth      GSSAPI     required | WITH_OFFER   WITH_OFFER   AT_ONCE
      auth      GSSAPI     none     | CLIENT_FAILS CLIENT_FAILS AT_ONCE
      auth      GSS-SPNEGO auto     | AT_ONCE      WITH_OFFER   AT_ONCE
      auth      GSS-SPNEGO required | AT_ONCE      WITH_OFFER   AT_ONCE
      auth      GSS-SPNEGO none     | AT_ONCE      CLIENT_FAILS AT_ONCE
      auth-int  GSSAPI     auto     | WITH_OFFER   WITH_OFFER   SERVER_FAILS
      auth-int  GSSAPI     required | WITH_OFFER   WITH_OFFER   SERVER_FAILS
      auth-int  GSSAPI     none     | CLIENT_FAILS CLIENT_FAILS CLIENT_FAILS
      auth-int  GSS-SPNEGO auto     | WITH_OFFER   WITH_OFFER   SERVER_FAILS
      auth-int  GSS-SPNEGO required | WITH_OFFER   WITH_OFFER   SERVER_FAILS
      auth-int  GSS-SPNEGO none     | CLIENT_FAILS CLIENT_FAILS CLIENT_FAILS
      auth-conf GSSAPI     auto     | WITH_OFFER   WITH_OFFER   SERVER_FAILS
      auth-conf GSSAPI     required | WITH_OFFER   WITH_OFFER   SERVER_FAILS
      auth-conf GSSAPI     none     | CLIENT_FAILS CLIENT_FAILS CLIENT_FAILS
      auth-conf GSS-SPNEGO auto     | WITH_OFFER   WITH_OFFER   SERVER_FAILS
      auth-conf GSS-SPNEGO required | WITH_OFFER   WITH_OFFER   SERVER_FAILS
      auth-conf GSS-SPNEGO none     | CLIENT_FAILS CLIENT_FAILS CLIENT_FAILS
      """;

  /** The JDK's raw Kerberos client with our server: RFC 4752 has no ending without the offer. */
  private static final String JDKS_CLIENT =
      """
      auth      | WITH_OFFER WITH_OFFER WITH_OFFER
      auth-int  | WITH_OFFER WITH_OFFER SERVER_FAILS
      auth-conf | WITH_OFFER WITH_OFFER SERVER_FAILS
      """;

  private static final List<String> ENDINGS = List.of("auto", "required", "none");

  static Stream<Arguments> cells() {
    List<Arguments> cells = new ArrayList<>();
    for (String line : OURS.lines().toList()) {
      String[] row = line.split("[ |]+", -1);
      for (int i = 0; i < ENDINGS.size(); i++) {
        Outcome outcome = Outcome.valueOf(row[3 + i]);
        cells.add(
            Arguments.of(row[1], Side.OURS, row[2], Side.OURS, ENDINGS.get(i), row[0], outcome));
      }
    }
    for (String line : JDKS_CLIENT.lines().toList()) {
      String[] row = line.split("[ |]+", -1);
      for (int i = 0; i < ENDINGS.size(); i++) {
        Outcome outcome = Outcome.valueOf(row[1 + i]);
        cells.add(Arguments.of("GSSAPI", Side.JDK, "", Side.OURS, ENDINGS.get(i), row[0], outcome));
      }
    }
    for (String qop : QOPS) {
      cells.add(Arguments.of("GSSAPI", Side.JDK, "", Side.JDK, "", qop, Outcome.WITH_OFFER));
      cells.add(Arguments.of("GSSAPI", Side.OURS, "auto", Side.JDK, "", qop, Outcome.SERVER_FAILS));
    }
    return cells.stream();
  }

  @ParameterizedTest(name = "{0}: client {1} {2}, server {3} {4}, {5}: {6}")
  @MethodSource("cells")
  void section1_6ClientsAndServersOfBothKindsMeet(
      String mechanism,
      Side clientSide,
      String clientEnding,
      Side serverSide,
      String serverEnding,
      String qop,
      Outcome expected)
      throws Exception {
    SaslClient client =
        Dialogue.as(alice, () -> client(mechanism, clientSide, properties(clientEnding, qop)));
    Map<String, Object> ofServer = properties(serverEnding, qop);
    ofServer.put("mail.smtp.sasl.spnego.keytab", keytab.toString());
    SaslServer server =
        serverSide == Side.OURS
            ? Objects.requireNonNull(
                new SpnegoSaslServerFactory()
                    .createSaslServer(mechanism, "smtp", "localhost", ofServer, EVERYBODY))
            : Dialogue.as(jdkServer, () -> JdkSasl.server("localhost", ofServer, EVERYBODY));

    assertEquals(expected, run(client, server));
    if (expected == Outcome.WITH_OFFER || expected == Outcome.AT_ONCE) {
      assertTrue(server.isComplete());
      assertEquals(Kdc.full("alice"), server.getAuthorizationID());
      assertEquals(qop, server.getNegotiatedProperty(Sasl.QOP));
      checkMessages(client, server, !qop.equals("auth"));
    } else {
      assertFalse(server.isComplete());
    }
  }

  @SuppressWarnings("NullAway") // it takes the conditional's value for null
  private static SaslClient client(String mechanism, Side side, Map<String, Object> properties)
      throws SaslException {
    return side == Side.OURS
        ? new SpnegoSaslClientFactory()
            .createSaslClient(new String[] {mechanism}, null, "smtp", "localhost", properties, null)
        : JdkSasl.client("", "localhost", properties);
  }

  private static Map<String, Object> properties(String ending, String qop) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(Sasl.QOP, qop);
    properties.put(Sasl.SERVER_AUTH, "true");
    if (!ending.isEmpty()) {
      properties.put("mail.smtp.sasl.spnego.securitylayer", ending);
    }
    return properties;
  }

  /** As SMTP has it: success is told apart from a challenge, and brings no data. */
  private static Outcome run(SaslClient client, SaslServer server) throws Exception {
    List<Integer> challenges = new ArrayList<>();
    byte[] challenge = {};
    while (true) {
      byte[] toClient = challenge;
      byte[] response;
      try {
        response = Dialogue.as(alice, () -> client.evaluateChallenge(toClient));
      } catch (SaslException e) {
        return Outcome.CLIENT_FAILS;
      }
      byte[] toServer = response == null ? new byte[0] : response;
      try {
        challenge = Dialogue.as(jdkServer, () -> server.evaluateResponse(toServer));
      } catch (SaslException e) {
        return Outcome.SERVER_FAILS;
      }
      if (challenge == null) {
        return challenges.size() == 1 ? Outcome.AT_ONCE : Outcome.WITH_OFFER;
      }
      challenges.add(challenge.length);
    }
  }

  private static void checkMessages(SaslClient client, SaslServer server, boolean layer)
      throws SaslException {
    byte[] message = "EHLO client.example.test\r\n".getBytes(StandardCharsets.US_ASCII);
    if (!layer) {
      assertThrows(IllegalStateException.class, () -> server.wrap(message, 0, message.length));
      return;
    }
    byte[] sent = client.wrap(message, 0, message.length);
    assertArrayEquals(message, server.unwrap(sent, 0, sent.length));
    byte[] answer = server.wrap(message, 0, message.length);
    assertArrayEquals(message, client.unwrap(answer, 0, answer.length));
  }
}
