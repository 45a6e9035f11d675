package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client under Angus Mail's own transport, with servers that do what real ones do not. */
class AngusIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path CACHE = KDC.ticketCache("alice", Kdc.PASSWORD);

  private final LogRecorder log = LogRecorder.start();

  @AfterEach
  void stopRecording() {
    log.close();
  }

  private static Mailer mailer(ScriptedSmtpServer server) {
    return Mailer.to(server.port())
        .with("mail.smtp.class", Mailer.ANGUS)
        .spnego("ticketcache", CACHE);
  }

  private static AuthScripts.Acceptor acceptor() {
    return AuthScripts.accepting(KDC.acceptor("smtp/localhost", KDC.keytab("smtp/localhost")));
  }

  private static ScriptedSmtpServer server(Script auth) {
    return ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(auth).start();
  }

  @Test
  void withTheInitialResponseExchangesPromptIsNeverSeen() throws Exception {
    AuthScripts.Acceptor exchange =
        acceptor().prompt("GSSAPI supported").offer((byte) 1, (byte) 0, (byte) 0xbb, (byte) 0x80);
    try (ScriptedSmtpServer server = server(exchange)) {
      mailer(server).send();
      assertEquals(List.of("alice@EXAMPLE.TEST"), exchange.initiators());
      assertEquals(1, server.mails().size());
    }
  }

  @Test
  void nothingIsSentAsAuthorizationIdentityThoughAngusPassesTheUser() throws Exception {
    AuthScripts.Acceptor acceptor = acceptor();
    try (ScriptedSmtpServer server = server(acceptor)) {
      mailer(server).send("alice@contoso.com", "");
      mailer(server).with("mail.smtp.sasl.authorizationid", "bob").send("alice", "");
      assertEquals(List.of("", "bob"), acceptor.authorizationIds());
    }
  }

  @Test
  void requestMicEndsTheExchange() {
    try (ScriptedSmtpServer server = server(AuthScripts.requestMicThenSuccess())) {
      assertFailure(server, mailer(server), "#unexpected-neg-state");
    }
  }

  @Test
  void aChallengeThatIsNotBase64EndsTheExchange() {
    try (ScriptedSmtpServer server = server(AuthScripts.answeringToken("334 *** not base64 ***"))) {
      // Angus does not show it to the client: it ends, and the client stays unfinished.
      assertThrows(AuthenticationFailedException.class, () -> mailer(server).send());
      assertEquals(List.of(), server.mails());
    }
  }

  @Test
  void aTokenOfAnotherMechanismEndsTheExchange() {
    byte[] ntlm = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 2, 0, 0, 0};
    try (ScriptedSmtpServer server =
        server(AuthScripts.challengingToken(ntlm, AuthScripts.answering("235 2.7.0 Fine")))) {
      assertFailure(server, mailer(server), "#not-spnego");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"334 ", "334 oQcwBaADCgEB"})
  void endless334sEnd(String reply) {
    try (ScriptedSmtpServer server = server(AuthScripts.endless(reply))) {
      assertThrows(AuthenticationFailedException.class, () -> mailer(server).send());
      assertEquals(1, log.warnings().size());
      assertTrue(server.clientLines().size() < 10, () -> server.clientLines().toString());
    }
  }

  @Test
  void aServerThatWantsTlsFirstGetsTheSameTokenAfterIt() throws Exception {
    AuthScripts.Acceptor acceptor = acceptor();
    try (ScriptedSmtpServer server =
        server(
            smtp -> {
              if (smtp.isTls()) {
                acceptor.run(smtp);
                return;
              }
              smtp.reply("530 5.7.0 Must issue a STARTTLS command first");
              smtp.expect("STARTTLS");
              smtp.startTls();
            })) {
      mailer(server)
          .with("mail.smtp.ssl.trust", "*")
          .with("mail.smtp.ssl.checkserveridentity", "false")
          .send();
      assertEquals(2, server.authLines().size());
      assertEquals(server.authLines().get(0), server.authLines().get(1));
      assertEquals(1, server.mails().size());
    }
  }

  /** At the greeting, after AUTH, after the token, after the offer. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aServerThatHangsUpLeavesNothingBehind(int step) throws Exception {
    Script hangUp = ScriptedSmtpServer.Dialogue::hangUp;
    ScriptedSmtpServer.Builder builder = ScriptedSmtpServer.builder().extensions("AUTH GSSAPI");
    try (ScriptedSmtpServer server =
        switch (step) {
          case 0 -> ScriptedSmtpServer.answering(hangUp);
          case 1 -> builder.auth(hangUp).start();
          case 2 -> builder.auth(AuthScripts.challengingToken(new byte[] {1}, hangUp)).start();
          default -> builder.auth(acceptor().ending(hangUp)).start();
        }) {
      assertThrows(MessagingException.class, () -> mailer(server).send());
      assertEquals(List.of(), server.mails());
    }
    try (ScriptedSmtpServer next = server(acceptor())) {
      mailer(next).send();
      assertEquals(1, next.mails().size());
    }
  }

  @Test
  void noPasswordFollowsAFailure() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI PLAIN LOGIN")
            .auth(AuthScripts.answeringToken("535 5.7.8 No"))
            .start()) {
      Mailer mailer = mailer(server).spnego("spn", "smtp/nobody@EXAMPLE.TEST");
      assertThrows(AuthenticationFailedException.class, () -> mailer.send("alice", Kdc.PASSWORD));
      mailer.spnego("spn", "not a name");
      assertThrows(AuthenticationFailedException.class, () -> mailer.send("alice", Kdc.PASSWORD));
      mailer.spnego("spn", "smtp/localhost");
      assertThrows(AuthenticationFailedException.class, () -> mailer.send("alice", Kdc.PASSWORD));
      assertEquals(List.of(), server.passwords());
      assertFalse(server.clientLines().stream().anyMatch(line -> line.contains("PLAIN")));
      assertFalse(server.clientLines().stream().anyMatch(line -> line.contains("LOGIN")));
    }
  }

  private void assertFailure(ScriptedSmtpServer server, Mailer mailer, String anchor) {
    assertThrows(AuthenticationFailedException.class, mailer::send);
    assertEquals(List.of(), server.mails());
    assertEquals(1, log.warnings().size());
    assertTrue(log.warnings().get(0).contains(anchor), () -> log.warnings().get(0));
  }
}
