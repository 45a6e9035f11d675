package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.Subject;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are not in DER, or longer than RFC 4178 makes them, read by either side. */
class LenientReadingIT {
  private static final Kdc KDC = Kdc.shared();
  private static final byte[] NOTHING = {};

  private static Subject alice;

  private SaslClient client;
  private SaslServer server;

  @BeforeAll
  static void logIn() {
    alice = KDC.login("alice", Kdc.PASSWORD);
  }

  @BeforeEach
  void begin() {
    client =
        new SpnegoSaslClientFactory()
            .createSaslClient(new String[] {"GSSAPI"}, null, "smtp", "localhost", Map.of(), null);
    server =
        Objects.requireNonNull(
            new SpnegoSaslServerFactory()
                .createSaslServer(
                    "GSSAPI",
                    "smtp",
                    "localhost",
                    Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()),
                    null));
  }

  /** RFC 4178 section 4.2 ends both messages with an extension marker. */
  @ParameterizedTest
  @ValueSource(strings = {"a4030101ff", "8400", "a50430020400a6020500"})
  void unknownFieldsAreSkippedByBoth(String fields) throws Exception {
    byte[] init = appended(respond(NOTHING), fields);
    byte[] reply = appended(server.evaluateResponse(init), fields);
    assertArrayEquals(NOTHING, respond(reply));
    assertCompletes();
  }

  @Test
  void longerLengthsAreReadByBoth() throws Exception {
    byte[] reply = server.evaluateResponse(longLengths(respond(NOTHING)));
    assertArrayEquals(NOTHING, respond(longLengths(reply)));
    assertCompletes();
  }

  @Test
  void aKnownFieldInThePlaceOfAnUnknownOneIsRefusedByBoth() throws Exception {
    byte[] init = respond(NOTHING);
    byte[] reply = server.evaluateResponse(init);
    SpnegoException e =
        assertThrows(SpnegoException.class, () -> respond(appended(reply, "a0030a0101")));
    assertEquals(Reason.MALFORMED_TOKEN, e.reason());
    begin();
    byte[] second = appended(respond(NOTHING), "a20404020000");
    e = assertThrows(SpnegoException.class, () -> server.evaluateResponse(second));
    assertEquals(Reason.MALFORMED_TOKEN, e.reason());
  }

  private void assertCompletes() throws Exception {
    byte[] challenge = server.evaluateResponse(NOTHING);
    while (challenge != null) {
      challenge = server.evaluateResponse(respond(challenge));
    }
    assertEquals(Kdc.full("alice"), server.getAuthorizationID());
  }

  private byte[] respond(byte[] challenge) throws Exception {
    return Dialogue.as(alice, () -> client.evaluateChallenge(challenge));
  }

  /** The token with further fields in its sequence. */
  private static byte[] appended(byte[] token, String fields) throws IOException {
    byte[] added = HexFormat.of().parseHex(fields);
    if (token[0] == 0x60) {
      Der framed = new Der(token).enter(0x60);
      byte[] oid = Der.element(Der.OID, framed.enter(Der.OID).rest());
      byte[] sequence = framed.enter(0xa0).enter(Der.SEQUENCE).rest();
      return Der.element(0x60, oid, Der.element(0xa0, Der.element(Der.SEQUENCE, sequence, added)));
    }
    byte[] sequence = new Der(token).enter(0xa1).enter(Der.SEQUENCE).rest();
    return Der.element(0xa1, Der.element(Der.SEQUENCE, sequence, added));
  }

  /** The same elements down to the fields, each with a length of three octets. */
  private static byte[] longLengths(byte[] token) throws IOException {
    if (token[0] == 0x60) {
      Der framed = new Der(token).enter(0x60);
      byte[] oid = Der.element(Der.OID, framed.enter(Der.OID).rest());
      return longElement(0x60, oid, longElement(0xa0, longFields(framed.enter(0xa0))));
    }
    return longElement(0xa1, longFields(new Der(token).enter(0xa1)));
  }

  private static byte[] longFields(Der choice) throws IOException {
    Der sequence = choice.enter(Der.SEQUENCE);
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    for (int number = 0; number < 4; number++) {
      if (sequence.nextIs(Der.context(number))) {
        fields.writeBytes(longElement(Der.context(number), sequence.skip().rest()));
      }
    }
    return longElement(Der.SEQUENCE, fields.toByteArray());
  }

  private static byte[] longElement(int tag, byte[]... contents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : contents) {
      out.writeBytes(part);
    }
    byte[] inner = out.toByteArray();
    out.reset();
    out.write(tag);
    out.write(0x83);
    out.write(inner.length >> 16);
    out.write(inner.length >> 8);
    out.write(inner.length);
    out.writeBytes(inner);
    return out.toByteArray();
  }
}
