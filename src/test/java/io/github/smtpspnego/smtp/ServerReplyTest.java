package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerReplyTest {
  private static final String TRIED = "Authenticating to smtp@mail.test as alice@EXAMPLE.TEST";

  private static SpnegoException explain(String reply, boolean isTls, boolean isLong) {
    return Refusal.explain(ServerReply.parse(reply), isTls, isLong, TRIED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "504 5.7.4 Unrecognized authentication type      | NOT_OFFERED    | Set-ReceiveConnector",
        "535 5.7.3 Authentication unsuccessful           | SERVER_REFUSED | Extended Protection",
        "535 5.7.3 Unable to proxy authenticated session | SERVER_REFUSED | without a mailbox",
        "535 5.7.8 Error: authentication failed          | SERVER_REFUSED | klist -kt",
        "535 Incorrect authentication data               | SERVER_REFUSED | klist -kt",
        "454 4.7.0 Temporary authentication failure      | SERVER_TROUBLE | keytab",
        "421 4.3.2 Service not available                 | SERVER_TROUBLE | log",
        "530 5.7.0 Must issue a STARTTLS command first   | TLS_REQUIRED   | starttls.enable=true",
        "538 5.7.11 Encryption required                  | TLS_REQUIRED   | starttls.enable=true",
        "501 5.5.2 Cannot decode response                | SERVER_REFUSED | log",
        "500 5.5.2 Error: bad syntax                     | SERVER_REFUSED | log",
        "503 5.5.1 Already authenticated                 | SERVER_REFUSED | log",
        "250 2.0.0 Ok                                    | PROTOCOL       | vendor",
        "[EOF]                                           | SERVER_TROUBLE | closed the connection"
      })
  void eachReplyHasItsReasonAndRemedy(String reply, Reason reason, String said) {
    SpnegoException e = explain(reply, false, false);
    String message = String.valueOf(e.getMessage());
    assertEquals(reason, e.reason(), message);
    assertTrue(message.startsWith(TRIED), message);
    assertTrue(message.contains(said), message);
    assertTrue(reply.equals("[EOF]") || message.contains("\"" + reply + "\""), message);
    assertFalse(message.contains("512"), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "500 5.5.2 Error: Line too long                | LINE_TOO_LONG",
        "500 5.5.6 Authentication Exchange line is too long | LINE_TOO_LONG",
        "501 5.5.4 command line too long               | LINE_TOO_LONG",
        "500 Syntax error, command unrecognized        | LINE_TOO_LONG",
        "535 5.7.8 Error: authentication failed        | SERVER_REFUSED",
        "[EOF]                                         | SERVER_TROUBLE"
      })
  void aLongAuthLineIsSuspected(String reply, Reason reason) {
    SpnegoException e = explain(reply, true, true);
    assertEquals(reason, e.reason());
    assertTrue(String.valueOf(e.getMessage()).contains("initialresponse=never"), e::toString);
  }

  @Test
  void underTlsNoTlsIsMissing() {
    assertEquals(Reason.SERVER_REFUSED, explain("530 5.7.0 Go away", true, false).reason());
  }

  @Test
  void aReplyIsShownWithoutItsControlCharactersAndNotAtAnyLength() {
    ServerReply reply = ServerReply.parse("535-first\n535 sec\u001b[2J\u009bond\n");
    assertEquals("\"535-first / 535 sec?[2J?ond\"", reply.describe());
    assertTrue(ServerReply.parse("535 " + "x".repeat(5000)).describe().length() < 400);
  }

  @Test
  void aChallengeIsNotShown() {
    assertEquals(
        "334 with a challenge of 8 characters", ServerReply.parse("334 YIIBAgMF\n").describe());
    assertEquals(
        "334 with a challenge of 8 characters that is not base64",
        ServerReply.parse("334 %%%%%%%%\n").describe());
  }

  @Test
  void aChallengeIsBase64WithItsPadding() {
    assertEquals(Optional.empty(), octets("334 GSSAPI supported"));
    assertEquals(Optional.empty(), octets("334 GSSAPI"));
    assertEquals(Optional.of(0), octets("334 "));
    assertEquals(Optional.of(0), octets("334"));
    assertEquals(Optional.of(6), octets("334 YIIBAgMF"));
  }

  private static Optional<Integer> octets(String reply) {
    return ServerReply.parse(reply).challenge().map(challenge -> challenge.length);
  }

  @ParameterizedTest
  @CsvSource({"235 ok, 235", "334, 334", "334-more, -1", "23 , -1", "2a5 x, -1", "2355 x, -1"})
  void aCodeHasThreeDigits(String reply, int code) {
    assertEquals(code, ServerReply.parse(reply).code());
  }

  @Test
  void theLastLineDecides() {
    assertEquals(235, ServerReply.parse("334-a\r\n235 b\r\n").code());
    assertTrue(ServerReply.parse(null).isEnd());
    assertTrue(ServerReply.parse("").isEnd());
    assertTrue(ServerReply.parse("[EOF]").isEnd());
  }
}
