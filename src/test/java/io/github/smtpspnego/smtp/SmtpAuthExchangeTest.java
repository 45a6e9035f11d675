package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The syntax of RFC 4954, before any token is looked at. */
class SmtpAuthExchangeTest {
  private final SmtpAuthExchange exchange =
      SmtpAuthServer.builder().keytab(Path.of("/no/such/keytab")).build().exchange();

  @Test
  void msSsean3_2_3TheMechanismsForEhlo() {
    assertEquals(List.of("GSSAPI", "GSS-SPNEGO"), SmtpAuthServer.mechanisms());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"AUTH GSSAPI", "auth gssapi", "Auth Gss-Spnego", "AUTH GSSAPI ", "AUTH GSSAPI ="})
  void rfc4954Section4AnEmptyChallengeKeepsItsSpace(String line) {
    Reply reply = exchange.auth(line);
    assertEquals("334 ", reply.line());
    assertTrue(reply.isContinuation());
    assertFalse(reply.isSuccess());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AUTH|501 5.5.2",
        "''|501 5.5.2",
        "EHLO client|501 5.5.2",
        "AUTHGSSAPI|501 5.5.2",
        "AUTH  GSSAPI|501 5.5.2",
        "AUTH GSSAPI  YQ==|501 5.5.2",
        "AUTH GSSAPI YQ== YQ==|501 5.5.2",
        "AUTH\tGSSAPI|501 5.5.2",
        "AUTH PLAIN|504 5.5.4",
        "AUTH KERBEROS_V4 YQ==|504 5.5.4",
        "AUTH GSSAPI *|501 5.5.2",
        "AUTH GSSAPI not-base64|501 5.5.2",
        "AUTH GSSAPI YQ|501 5.5.2",
        "AUTH GSSAPI YQ=|501 5.5.2",
        "AUTH GSSAPI Y===|501 5.5.2",
        "AUTH GSSAPI YQ==YQ==|501 5.5.2",
        "AUTH GSSAPI ==|501 5.5.2",
        "AUTH GSSAPI YWJj|535 5.7.8",
        "AUTH GSSAPI TlRMTVNTUAABAAAA|535 5.7.8",
      })
  void whatIsNoAuthCommandIsRefused(String line, String status) {
    Reply reply = exchange.auth(line);
    assertTrue(reply.line().startsWith(status + " "), reply.line());
    assertFalse(reply.isContinuation());
    assertFalse(reply.isSuccess());
    // The connection is none the worse for it.
    assertEquals("334 ", exchange.auth("AUTH GSSAPI").line());
  }

  @Test
  void ntlmIsToldWhatIsSpokenHere() {
    Reply reply = exchange.auth("AUTH GSSAPI TlRMTVNTUAABAAAA");
    assertTrue(reply.text().contains("SPNEGO"), reply.line());
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "* "})
  void rfc4954Section4AnAsteriskCancels(String line) {
    exchange.auth("AUTH GSSAPI");
    assertTrue(exchange.auth(line).line().startsWith("501 5.7.0 "));
    assertEquals("334 ", exchange.auth("AUTH GSSAPI").line());
  }

  @Test
  void aClosedConnectionCancels() {
    exchange.auth("AUTH GSSAPI");
    assertEquals(501, exchange.auth(null).code());
    assertFalse(exchange.isAuthenticated());
    assertFalse(exchange.auth(null).isSuccess());
  }

  @ParameterizedTest
  @ValueSource(strings = {"=", "AUTH GSSAPI", "QUIT now", "Y", "YWJj YWJj"})
  void withinAnExchangeALineIsBase64(String line) {
    exchange.auth("AUTH GSSAPI");
    assertTrue(exchange.auth(line).line().startsWith("501 5.5.2 "));
  }

  @Test
  void withinAnExchangeOneEmptyLineTooManyEndsIt() {
    exchange.auth("AUTH GSSAPI");
    assertTrue(exchange.auth("").line().startsWith("535 5.7.8 "));
  }

  @Test
  void rfc4954Section4ALineOf12288OctetsIsTheLongest() {
    String longest = "AUTH GSSAPI " + "YWJj".repeat((SmtpAuthExchange.MAX_LINE - 12) / 4);
    assertEquals(SmtpAuthExchange.MAX_LINE, longest.length());
    assertEquals(535, exchange.auth(longest).code());
    assertTrue(exchange.auth(longest + "YWJj").line().startsWith("500 5.5.6 "));

    exchange.auth("AUTH GSSAPI");
    assertTrue(exchange.auth("A".repeat(1 << 20)).line().startsWith("500 5.5.6 "));
    assertEquals("334 ", exchange.auth("AUTH GSSAPI").line());
  }

  @Test
  void noReplyRepeatsWhatTheClientSent() {
    for (String line : List.of("AUTH <script>", "<script>", "AUTH GSSAPI <script>")) {
      Reply reply = exchange.auth(line);
      assertFalse(reply.line().contains("script"), reply.line());
    }
  }

  @Test
  void beforeSuccessNobodyIsAuthenticated() {
    exchange.auth("AUTH GSSAPI");
    assertFalse(exchange.isAuthenticated());
    assertThrows(IllegalStateException.class, exchange::principal);
    assertThrows(IllegalStateException.class, exchange::authorizationId);
    assertThrows(IllegalStateException.class, exchange::delegatedCredential);
  }

  @Test
  void closingTwiceIsNoError() {
    exchange.auth("AUTH GSSAPI");
    exchange.close();
    assertDoesNotThrow(exchange::close);
    assertEquals("334 ", exchange.auth("AUTH GSSAPI").line());
  }
}
