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
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
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

/** With real tickets, and a real acceptor where the server is not to misbehave. */
class SpnegoSMTPTransportIT {
  private static final String SUCCESS = "235 2.7.0 Authentication successful";

  private static Kdc kdc;
  private static Subject acceptor;
  private static Path cache;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    acceptor = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    cache = kdc.ticketCache("alice", Kdc.PASSWORD);
  }

  private static Program withTicket() {
    return withTicket("smtp");
  }

  private static Program withTicket(String protocol) {
    return Program.withGssapi(protocol).set("sasl.spnego.ticketcache", cache.toString());
  }

  private static ScriptedSmtpServer.Builder offering(String mechanisms, Script auth) {
    return ScriptedSmtpServer.builder()
        .extensions("AUTH " + mechanisms)
        .auth(auth)
        .mustAuthenticate();
  }

  private static AuthScripts.Acceptor accepting() {
    return AuthScripts.accepting(acceptor);
  }

  private static Failure failure(Program program, ScriptedSmtpServer server) {
    return program.failToSend(server, "alice", null);
  }

  // What must work.

  @Test
  void aTicketCacheAndNoPasswordIsEnough() throws Exception {
    AuthScripts.Acceptor script = accepting();
    try (ScriptedSmtpServer server = offering("GSSAPI", script).start()) {
      withTicket().send(server, "whoever", null);
      withTicket().send(server, null, null);
      assertEquals(2, server.mails().size());
      assertEquals(List.of(Kdc.full("alice"), Kdc.full("alice")), script.initiators());
      assertEquals(List.of("", ""), script.authorizationIds());
    }
  }

  @Test
  void namingTheMechanismIsEnough() throws Exception {
    try (ScriptedSmtpServer server = offering("GSSAPI", accepting()).start()) {
      withTicket().unset("auth").send(server, "alice", null);
      assertEquals(1, server.mails().size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "always", "never"})
  void aPromptInPlainTextIsAnEmptyOne(String initialResponse) throws Exception {
    Script exchange =
        accepting().prompt("GSSAPI supported").offer((byte) 1, (byte) 0, (byte) 0xbb, (byte) 0x80);
    try (ScriptedSmtpServer server = offering("GSSAPI NTLM", exchange).start()) {
      withTicket().set("sasl.spnego.initialresponse", initialResponse).send(server, "alice", null);
      assertEquals(1, server.mails().size());
      assertEquals(
          !initialResponse.equals("always"),
          server.serverLines().contains("334 GSSAPI supported"),
          server.transcript().toString());
      assertEquals(1, server.authLines().size());
    }
  }

  @Test
  void msSsean_3_1_5_1_prefersGssapiWhereNoMechanismIsConfigured() throws Exception {
    try (ScriptedSmtpServer server = offering("LOGIN PLAIN GSSAPI", accepting()).start()) {
      withTicket().unset("sasl.mechanisms").send(server, "alice", null);
      assertEquals(1, server.mails().size());
      assertEquals(List.of(), server.passwords());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GSSAPI PLAIN", "PLAIN GSSAPI", "gssapi", "GSS-SPNEGO,GSSAPI"})
  void aListThatHoldsTheMechanismWillDo(String mechanisms) throws Exception {
    try (ScriptedSmtpServer server = offering("PLAIN GSSAPI", accepting()).start()) {
      withTicket().set("sasl.mechanisms", mechanisms).send(server, "alice", null);
      assertEquals(1, server.mails().size());
      assertEquals(List.of(), server.passwords());
    }
  }

  @Test
  void gssSpnegoWithoutALayerOffer() throws Exception {
    try (ScriptedSmtpServer server = offering("GSS-SPNEGO", accepting().withoutOffer()).start()) {
      withTicket().set("sasl.mechanisms", "GSS-SPNEGO").send(server, "alice", null);
      assertEquals(1, server.mails().size());
      assertTrue(server.authLines().get(0).startsWith("AUTH GSS-SPNEGO"));
    }
  }

  @Test
  void smtps() throws Exception {
    try (ScriptedSmtpServer server = offering("GSSAPI", accepting()).implicitTls().start()) {
      withTicket("smtps").send(server, "alice", null);
      assertEquals(1, server.mails().size());
    }
  }

  @Test
  void gssapiOfferedOnlyUnderTls() throws Exception {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS")
            .extensionsUnderTls("AUTH GSSAPI")
            .auth(accepting())
            .mustAuthenticate()
            .start()) {
      assertEquals(Reason.TLS_REQUIRED, failure(withTicket(), server).reason());
      withTicket().set("starttls.enable", "true").send(server, "alice", null);
      assertEquals(1, server.mails().size());
    }
  }

  @Test
  void rfc3207_4_2_saysEhloAgainWhereTheServerAsksForTlsAfterAuth() throws Exception {
    Script tlsFirst =
        smtp -> {
          if (smtp.isTls()) {
            accepting().run(smtp);
          } else {
            smtp.reply("530 5.7.0 Must issue a STARTTLS command first");
          }
        };
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS", "AUTH GSSAPI")
            .extensionsUnderTls("AUTH GSSAPI")
            .auth(tlsFirst)
            .mustAuthenticate()
            .start()) {
      withTicket().send(server, "alice", null);
      assertEquals(1, server.mails().size());
      assertEquals(
          List.of("EHLO", "AUTH", "STARTTLS", "EHLO", "AUTH"),
          server.clientLines().stream().limit(5).map(line -> line.split(" ", 2)[0]).toList());
    }
  }

  @Test
  void anAuthenticatorsPasswordComesBeforeTheTicketCache() throws Exception {
    AuthScripts.Acceptor script = accepting();
    try (ScriptedSmtpServer server = offering("GSSAPI", script).start()) {
      withTicket().authenticator("bob", "bob's own secret").send(server, "alice", null);
      assertEquals(List.of(Kdc.full("bob")), script.initiators());
    }
  }

  // RFC 4954 section 4: an AUTH line is a command, and a command has 512 octets.

  @Test
  void rfc4954_4_neverSendsALongAuthLine() throws Exception {
    String longName = "x".repeat(1900);
    kdc.add(longName, "a password");
    String longCache = kdc.ticketCache(longName, "a password").toString();
    Script script = accepting();
    try (ScriptedSmtpServer server = offering("GSSAPI", script).lineLimit(1000).start()) {
      Program program = withTicket().set("sasl.spnego.ticketcache", longCache);
      program.send(server, "alice", null);
      assertEquals(1, server.mails().size());
      assertEquals(List.of("AUTH GSSAPI"), server.authLines());
      assertTrue(server.longestClientLine() > 5000, () -> "" + server.longestClientLine());
    }
    try (ScriptedSmtpServer server = offering("GSSAPI", script).lineLimit(1000).start()) {
      Failure e =
          failure(
              withTicket()
                  .set("sasl.spnego.ticketcache", longCache)
                  .set("sasl.spnego.initialresponse", "always"),
              server);
      assertEquals(Reason.LINE_TOO_LONG, e.reason());
      e.says("initialresponse=never");
    }
  }

  // Servers that prove nothing.

  @ParameterizedTest
  @ValueSource(strings = {"auto", "always", "never"})
  void successToTheAuthLineIsNoSuccess(String initialResponse) throws Exception {
    try (ScriptedSmtpServer server = offering("GSSAPI", AuthScripts.answering(SUCCESS)).start()) {
      Failure e = failure(withTicket().set("sasl.spnego.initialresponse", initialResponse), server);
      assertEquals(
          initialResponse.equals("always") ? Reason.NO_SERVER_PROOF : Reason.PROTOCOL, e.reason());
      assertFalse(server.clientLines().stream().anyMatch(line -> line.startsWith("MAIL")));
    }
  }

  @Test
  void successToTheFirstTokenIsNoSuccess() throws Exception {
    try (ScriptedSmtpServer server =
        offering("GSSAPI", AuthScripts.answeringToken(SUCCESS)).start()) {
      Failure e = failure(withTicket(), server);
      assertEquals(Reason.NO_SERVER_PROOF, e.reason());
      e.says("smtp@localhost");
    }
  }

  @Test
  void successToTheFirstTokenIsTakenWhereNoProofIsAskedFor() throws Exception {
    try (ScriptedSmtpServer server =
        offering("GSSAPI", AuthScripts.answeringToken(SUCCESS)).start()) {
      withTicket().set("sasl.spnego.mutualauth", "false").send(server, "alice", null);
      assertEquals(1, server.mails().size());
    }
  }

  @Test
  void requestMicThenSuccessIsNoSuccess() throws Exception {
    try (ScriptedSmtpServer server =
        offering("GSSAPI", AuthScripts.requestMicThenSuccess()).start()) {
      assertEquals(Reason.UNEXPECTED_NEG_STATE, failure(withTicket(), server).reason());
    }
  }

  @Test
  void aServerWithoutAuthIsNoWayRoundTheProof() throws Exception {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().start()) {
      Failure e = failure(withTicket(), server);
      assertEquals(Reason.NOT_OFFERED, e.reason());
      e.says("no authentication");
    }
  }

  // Success without the layer offer that something depended on.

  static Stream<Arguments> needsTheLayerOffer() {
    return Stream.of(
        Arguments.of("mail.smtp.sasl.spnego.securitylayer", "required", "securitylayer=required"),
        Arguments.of("javax.security.sasl.qop", "auth-conf, auth-int", "[auth-conf, auth-int]"),
        Arguments.of("mail.smtp.sasl.authorizationid", "postmaster", "identity postmaster"));
  }

  @ParameterizedTest
  @MethodSource("needsTheLayerOffer")
  void successWithoutTheLayerOfferIsNoneWhereSomethingDependsOnIt(
      String name, String value, String said) throws Exception {
    try (ScriptedSmtpServer server = offering("GSSAPI", accepting().withoutOffer()).start()) {
      Failure e = failure(withTicket().property(name, value), server);
      assertEquals(Reason.SECURITY_LAYER, e.reason());
      e.says(said);
    }
  }

  @Test
  void theAuthorizationIdentityGoesIntoTheLayerChoice() throws Exception {
    AuthScripts.Acceptor script = accepting();
    try (ScriptedSmtpServer server = offering("GSSAPI", script).start()) {
      withTicket().set("sasl.authorizationid", "postmaster").send(server, "alice", null);
      assertEquals(List.of("postmaster"), script.authorizationIds());
    }
  }

  @Test
  void anIntegrityLayerCannotBeUsed() throws Exception {
    try (ScriptedSmtpServer server =
        offering("GSSAPI", accepting().offer((byte) 7, (byte) 0, (byte) 0x40, (byte) 0)).start()) {
      Failure e =
          failure(withTicket().property("javax.security.sasl.qop", "auth-int,auth"), server);
      assertEquals(Reason.SECURITY_LAYER, e.reason());
      e.says("auth-int");
      e.says("javax.security.sasl.qop=auth");
    }
  }

  // Servers that go on for ever, or stop.

  static Stream<Arguments> endless() {
    return Stream.of(
        Arguments.of("empty", AuthScripts.endless("334 ")),
        Arguments.of("without a blank", AuthScripts.endless("334")),
        Arguments.of("text", AuthScripts.endless("334 GSSAPI supported")),
        Arguments.of("request-mic", AuthScripts.endless("334 oQcwBaADCgED")),
        Arguments.of("accept-incomplete", AuthScripts.endless("334 oQcwBaADCgEB")),
        Arguments.of("empty after the end", accepting().ending(AuthScripts.endless("334 "))),
        Arguments.of("a token after the end", accepting().ending(AuthScripts.endless("334 AAAA"))),
        Arguments.of(
            "empty after the context",
            accepting().withoutOffer().ending(AuthScripts.endless("334 "))),
        Arguments.of(
            "text after the context",
            accepting().withoutOffer().ending(AuthScripts.endless("334 go on, please!"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endless")
  void anEndlessExchangeEnds(String name, Script script) throws Exception {
    try (ScriptedSmtpServer server = offering("GSSAPI", script).start()) {
      for (String ending : List.of("auto", "none")) {
        Failure e = failure(withTicket().set("sasl.spnego.securitylayer", ending), server);
        assertTrue(
            List.of(
                    Reason.PROTOCOL,
                    Reason.UNEXPECTED_NEG_STATE,
                    Reason.SECURITY_LAYER,
                    Reason.MALFORMED_TOKEN,
                    Reason.GSS_FAILURE)
                .contains(e.reason()),
            e.toString());
      }
      assertTrue(server.clientLines().size() < 20, server.transcript().toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "535 5.7.3 Authentication unsuccessful,      SERVER_REFUSED",
    "454 4.7.0 Temporary authentication failure, SERVER_TROUBLE",
    "504 5.7.4 Unrecognized authentication type, NOT_OFFERED",
    "500 5.5.2 Error: bad syntax,                SERVER_REFUSED"
  })
  void aRefusalIsToldWithTheServersWords(String reply, Reason reason) {
    for (Script script : List.of(AuthScripts.answering(reply), AuthScripts.answeringToken(reply))) {
      try (ScriptedSmtpServer server = offering("GSSAPI", script).start()) {
        Failure e = failure(withTicket(), server);
        assertEquals(reason, e.reason());
        e.says("smtp@localhost", Kdc.full("alice"), reply);
      }
    }
  }

  @Test
  void garbageIsToldAsSuch() throws Exception {
    Script garbage =
        smtp -> {
          smtp.firstToken("");
          smtp.reply("334 %%% no base64 %%%");
          smtp.keepSilent();
        };
    try (ScriptedSmtpServer server = offering("GSSAPI", garbage).start()) {
      Failure e = failure(withTicket(), server);
      assertEquals(Reason.PROTOCOL, e.reason());
      e.says("not base64");
      assertFalse(e.message().contains("%%%"), "a challenge may be a token");
    }
  }

  static Stream<Arguments> hangsUp() {
    Script hangUp = smtp -> smtp.hangUp();
    return Stream.of(
        Arguments.of("at AUTH", hangUp),
        Arguments.of(
            "after the token",
            (Script)
                smtp -> {
                  smtp.firstToken("");
                  smtp.hangUp();
                }),
        Arguments.of("after the context", accepting().withoutOffer().ending(hangUp)),
        Arguments.of("after the layer", accepting().ending(hangUp)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hangsUp")
  void aServerThatHangsUpIsInTrouble(String when, Script script) throws Exception {
    try (ScriptedSmtpServer server = offering("GSSAPI", script).start()) {
      Failure e = failure(withTicket(), server);
      assertEquals(Reason.SERVER_TROUBLE, e.reason());
      e.says("closed the connection");
    }
  }

  @Test
  void silenceIsAngusMailsOwnException() throws Exception {
    Script silent =
        smtp -> {
          smtp.firstToken("");
          smtp.keepSilent();
        };
    try (ScriptedSmtpServer server = offering("GSSAPI", silent).start()) {
      MessagingException e =
          assertThrows(
              MessagingException.class,
              () -> withTicket().set("timeout", "300").send(server, "alice", null));
      assertEquals(MessagingException.class, e.getClass());
      assertInstanceOf(SocketTimeoutException.class, e.getCause());
    }
  }

  // After a failure.

  @Test
  void connectCanBeCalledAgain() throws Exception {
    int[] tries = {0};
    Script second =
        smtp -> {
          if (++tries[0] == 1) {
            smtp.firstToken("");
            smtp.reply("535 5.7.8 Not now");
          } else {
            accepting().run(smtp);
          }
        };
    try (ScriptedSmtpServer server = offering("GSSAPI", second).start()) {
      Session session = withTicket().session();
      try (Transport transport = session.getTransport("smtp")) {
        assertThrows(
            AuthenticationFailedException.class,
            () -> transport.connect("localhost", server.port(), "alice", null));
        assertFalse(transport.isConnected());
        transport.connect("localhost", server.port(), "alice", null);
        assertTrue(transport.isConnected());
        Program.sendOver(transport, session);
      }
      assertEquals(1, server.mails().size());
    }
  }

  @Test
  void aTicketThatBroughtNoProofIsDroppedAndNoOther() throws Exception {
    Path own = kdc.ticketCache("bob", "bob's own secret");
    Program program = Program.withGssapi().set("sasl.spnego.ticketcache", own.toString());
    try (ScriptedSmtpServer good = offering("GSSAPI", accepting()).start();
        ScriptedSmtpServer notOffering =
            offering("GSSAPI", AuthScripts.answering("504 5.7.4 No")).start();
        ScriptedSmtpServer refusing =
            offering("GSSAPI", AuthScripts.answeringToken("535 5.7.8 No")).start()) {
      program.send(good, "bob", null);
      int before = kdc.proxy().tgsRequests();
      program.send(good, "bob", null);
      assertThrows(AuthenticationFailedException.class, () -> program.send(notOffering, "", null));
      program.send(good, "bob", null);
      assertEquals(before, kdc.proxy().tgsRequests(), "no token was sent, so none is in doubt");

      assertThrows(AuthenticationFailedException.class, () -> program.send(refusing, "", null));
      assertEquals(before, kdc.proxy().tgsRequests());
      program.send(good, "bob", null);
      assertEquals(before + 1, kdc.proxy().tgsRequests());
    }
  }

  @Test
  void afterAFailureTheThreadIsWatchedNoMore() throws Exception {
    try (ScriptedSmtpServer refusing =
            offering("GSSAPI", AuthScripts.answeringToken("535 5.7.8 No")).start();
        ScriptedSmtpServer good = offering("GSSAPI", accepting()).start()) {
      failure(withTicket(), refusing);
      withTicket().set("class", Program.ANGUS).send(good, "alice", "");
      assertTrue(good.authLines().get(0).length() > 512, "Angus's transport has no limit");
    }
  }
}
