package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.mail.Program.Failure;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import jakarta.mail.MessagingException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies to AUTH that no server should send, and rare ones that a server may. */
class OddRepliesIT {
  private static final String SUCCESS = "235 2.7.0 Authentication successful";
  private static final byte[] ACCEPT_COMPLETED = AuthScripts.negState(0);
  private static final byte[] ACCEPT_INCOMPLETE = AuthScripts.negState(1);
  private static final byte[] REJECT = AuthScripts.negState(2);

  private static Subject acceptor;
  private static String cache;

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    acceptor = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    cache = kdc.ticketCache("alice", Kdc.PASSWORD).toString();
  }

  private static Program withTicket() {
    return Program.withGssapi().set("sasl.spnego.ticketcache", cache);
  }

  private static ScriptedSmtpServer offering(Script auth) {
    return ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(auth).start();
  }

  // Success without proof.

  private static Script tokenThenSuccess(byte[] token) {
    return smtp -> {
      smtp.firstToken("");
      smtp.challenge(token);
      smtp.read();
      smtp.reply(SUCCESS);
    };
  }

  static Stream<Arguments> withoutProof() {
    return Stream.of(
        Arguments.of("accept-completed without an AP-REP", tokenThenSuccess(ACCEPT_COMPLETED)),
        Arguments.of("accept-incomplete", tokenThenSuccess(ACCEPT_INCOMPLETE)),
        Arguments.of("reject", tokenThenSuccess(REJECT)),
        Arguments.of("an empty challenge", tokenThenSuccess(new byte[0])),
        Arguments.of(
            "success in two lines",
            (Script)
                smtp -> {
                  smtp.firstToken("");
                  smtp.reply("235-2.7.0 Authentication", SUCCESS);
                }),
        Arguments.of("a bare code", AuthScripts.answeringToken("235")),
        Arguments.of("success to the AUTH command", AuthScripts.answering("235")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("withoutProof")
  void successWithoutProofIsNone(String name, Script script) {
    for (String initialResponse : List.of("always", "never")) {
      try (ScriptedSmtpServer server = offering(script)) {
        withTicket()
            .set("sasl.spnego.initialresponse", initialResponse)
            .failToSend(server, "alice", null);
        assertFalse(
            server.clientLines().stream().anyMatch(line -> line.startsWith("MAIL")),
            () -> server.transcript().toString());
      }
    }
  }

  /** The ending of its own that Exchange has: no layer offer, and success at once. */
  @ParameterizedTest
  @ValueSource(strings = {"235", "235 ", "235 2.7.0", "235-2.7.0 Hello\r\n235 2.7.0 alice"})
  void successAfterProofMayBeWrittenInAnyWay(String success) throws Exception {
    Script script =
        AuthScripts.accepting(acceptor).withoutOffer().ending(AuthScripts.answering(success));
    try (ScriptedSmtpServer server = offering(script)) {
      withTicket().send(server, "alice", null);
      assertEquals(1, server.mails().size());
    }
  }

  // A server that did not take the token of the AUTH line.

  @ParameterizedTest
  @ValueSource(strings = {"334 ", "334", "334 GSSAPI supported"})
  void aPromptAfterTheTokenIsAnError(String prompt) {
    try (ScriptedSmtpServer server = offering(AuthScripts.endless(prompt))) {
      Program program = withTicket().set("sasl.spnego.initialresponse", "always");
      Failure failure = program.failToSend(server, "alice", null);
      assertTrue(
          List.of(Reason.PROTOCOL, Reason.MALFORMED_TOKEN).contains(failure.reason()),
          failure.message());
      assertTrue(server.clientLines().size() < 6, server.transcript().toString());
    }
  }

  // What is no base64.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oRgwFqADCgEAoQ0GCyqGSIb3EgECAgID*", // a character that is not of the alphabet
        "oRgwFqADCgEA oQ0GCyqGSIb3EgEC", // a blank
        "oRgwFqADCgE", // too short for its octets
        "oQcwBaADCgEA=oQcwBaADCgEA", // padding in the midst
        "oQcwBaADCgE_" // another alphabet
      })
  void aChallengeThatIsNotBase64IsAnError(String text) {
    Script script =
        smtp -> {
          smtp.firstToken("");
          smtp.reply("334 " + text);
          smtp.keepSilent();
        };
    try (ScriptedSmtpServer server = offering(script)) {
      Failure failure = withTicket().failToSend(server, "alice", null);
      assertTrue(
          List.of(Reason.PROTOCOL, Reason.MALFORMED_TOKEN, Reason.NOT_SPNEGO)
              .contains(failure.reason()),
          failure.message());
      assertFalse(failure.message().contains(text), "a challenge may be a token");
    }
  }

  // Codes that mean nothing here.

  @ParameterizedTest
  @CsvSource({
    "250 2.0.0 Ok,               PROTOCOL",
    "354 Go on,                  PROTOCOL",
    "220 2.0.0 Ready,            PROTOCOL",
    "hello,                      PROTOCOL",
    "'',                         PROTOCOL",
    "421 4.3.2 Shutting down,    SERVER_TROUBLE",
    "530 5.7.0 STARTTLS first,   TLS_REQUIRED",
    "538 5.7.11 Encrypt first,   TLS_REQUIRED",
    "534 5.7.9 Too weak,         SERVER_REFUSED"
  })
  void aReplyToTheTokenThatIsNoneIsAnError(String reply, Reason reason) {
    try (ScriptedSmtpServer server = offering(AuthScripts.answeringToken(reply))) {
      Failure failure = withTicket().failToSend(server, "alice", null);
      assertEquals(reason, failure.reason(), failure.message());
    }
  }

  // A reply that does not end.

  @ParameterizedTest
  @ValueSource(strings = {"3", "334", "334 oQcw", "235 2.7.0 Wel", "235-2.7.0 Welcome\r\n"})
  void aReplyThatNeverEndsInALineIsATimeout(String beginning) {
    Script script =
        smtp -> {
          smtp.firstToken("");
          smtp.send(beginning);
          smtp.keepSilent();
        };
    try (ScriptedSmtpServer server = offering(script)) {
      MessagingException e =
          assertThrows(
              MessagingException.class,
              () -> withTicket().set("timeout", "300").send(server, "alice", null));
      assertInstanceOf(SocketTimeoutException.class, e.getCause(), e::toString);
      assertEquals(List.of(), server.mails());
    }
  }

  @Test
  void aReplyThatIsCutOffInTheMidstOfALineIsNoSuccess() {
    Script script =
        AuthScripts.accepting(acceptor)
            .ending(
                smtp -> {
                  smtp.send("235-2.7.0 Wel");
                  smtp.hangUp();
                });
    try (ScriptedSmtpServer server = offering(script)) {
      assertThrows(MessagingException.class, () -> withTicket().send(server, "alice", null));
      assertEquals(List.of(), server.mails());
    }
  }
}
