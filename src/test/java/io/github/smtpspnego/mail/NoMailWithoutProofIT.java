package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.mail.Program.Failure;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Dialogue;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Transport;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where SPNEGO was named, no mail goes to a server that does not offer it, however its EHLO reply
 * reads. {@code mail.smtp.auth} is not set: naming the mechanism is enough. Each server here takes
 * mail from anybody.
 */
class NoMailWithoutProofIT {
  private static Path cache;

  @BeforeAll
  static void logIn() {
    cache = Kdc.shared().ticketCache("alice", Kdc.PASSWORD);
  }

  private static Program program(String protocol) {
    return Program.withGssapi(protocol)
        .unset("auth")
        .set("sasl.spnego.ticketcache", cache.toString());
  }

  private static Program program() {
    return program("smtp");
  }

  private static void assertNoMailBegan(ScriptedSmtpServer server) {
    assertFalse(
        server.clientLines().stream().anyMatch(line -> line.startsWith("MAIL")),
        () -> server.transcript().toString());
    assertEquals(List.of(), server.passwords());
  }

  /** With user and password, with a user alone, and with neither. */
  @ParameterizedTest
  @CsvSource({"alice, a secret", "alice, ''", "alice,", ","})
  void theServerLeavesAuthOut(String user, String password) {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().extensions("SIZE 1000").start()) {
      Failure failure = program().failToSend(server, user, password);
      assertEquals(Reason.NOT_OFFERED, failure.reason());
      failure.says("localhost", "GSSAPI", "no authentication");
      assertNoMailBegan(server);
    }
  }

  @ParameterizedTest
  @CsvSource({"alice, a secret", ","})
  void theServerKnowsHeloOnly(String user, String password) {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .on("EHLO", smtp -> smtp.reply("502 5.5.1 Command not implemented"))
            .start()) {
      assertEquals(Reason.NOT_OFFERED, program().failToSend(server, user, password).reason());
      assertNoMailBegan(server);
    }
  }

  @Test
  void theProgramSaysHeloOnly() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").start()) {
      Program program = program().set("ehlo", "false");
      assertEquals(Reason.NOT_OFFERED, program.failToSend(server, null, null).reason());
      assertNoMailBegan(server);
    }
  }

  @ParameterizedTest
  @CsvSource({"alice, a secret", ","})
  void theServerOffersOtherMechanisms(String user, String password) {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH PLAIN LOGIN").start()) {
      Failure failure = program().failToSend(server, user, password);
      assertEquals(Reason.NOT_OFFERED, failure.reason());
      failure.says("PLAIN LOGIN");
      assertNoMailBegan(server);
    }
  }

  @ParameterizedTest
  @CsvSource({"alice, a secret", ","})
  void anotherMechanismOfTheListIsNoWayRoundIt(String user, String password) {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().start()) {
      Program program = program().set("sasl.mechanisms", "GSSAPI PLAIN");
      assertEquals(Reason.NOT_OFFERED, program.failToSend(server, user, password).reason());
      assertNoMailBegan(server);
    }
  }

  @ParameterizedTest
  @CsvSource({"alice, a secret", ","})
  void startTlsIsOfferedAndNotUsed(String user, String password) {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().extensions("STARTTLS").start()) {
      Failure failure = program().failToSend(server, user, password);
      assertEquals(Reason.TLS_REQUIRED, failure.reason());
      failure.says("mail.smtp.starttls.enable=true");
      assertNoMailBegan(server);
    }
  }

  @Test
  void startTlsIsUsedAndAuthMissingAfterIt() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS", "AUTH GSSAPI")
            .extensionsUnderTls("SIZE 1000")
            .start()) {
      Program program = program().set("starttls.enable", "true");
      assertEquals(Reason.NOT_OFFERED, program.failToSend(server, null, null).reason());
      assertNoMailBegan(server);
    }
  }

  /** Somebody between removes STARTTLS, and with it the AUTH that would follow under TLS. */
  @Test
  void startTlsIsStrippedFromTheReply() {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().start()) {
      Program program = program().set("starttls.enable", "true");
      assertEquals(Reason.NOT_OFFERED, program.failToSend(server, null, null).reason());
      assertNoMailBegan(server);
    }
  }

  @ParameterizedTest
  @CsvSource({"alice, a secret", ","})
  void smtps(String user, String password) {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().implicitTls().start()) {
      Failure failure = program("smtps").failToSend(server, user, password);
      assertEquals(Reason.NOT_OFFERED, failure.reason());
      assertNoMailBegan(server);
    }
  }

  @Test
  void theConnectionIsClosed() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.answering(
            smtp -> {
              try {
                smtp.reply("220 localhost ESMTP");
                smtp.ehlo();
                quit(smtp);
              } finally {
                closed.countDown();
              }
            })) {
      Transport transport = program().transport();
      assertThrows(
          AuthenticationFailedException.class,
          () -> transport.connect("localhost", server.port(), null, null));
      assertFalse(transport.isConnected());
      assertTrue(closed.await(10, TimeUnit.SECONDS));
    }
  }

  /** Answers QUIT, should it come, and waits until the client has gone. */
  private static void quit(Dialogue smtp) throws Exception {
    if (smtp.read().startsWith("QUIT")) {
      smtp.reply("221 2.0.0 Bye");
    }
    smtp.keepSilent();
  }

  // Told not to authenticate, it is Angus Mail alone that decides.

  @ParameterizedTest
  @CsvSource({"alice, a secret", "alice,", ","})
  void whereAuthIsFalseTheMailGoesWithoutAuthentication(String user, String password)
      throws Exception {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().start()) {
      program().set("auth", "false").send(server, user, password);
      assertEquals(1, server.mails().size());
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void whereAuthIsFalseAndNobodyIsNamedAnOfferIsNotTakenUp() throws Exception {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").start()) {
      program().set("auth", "false").send(server, null, null);
      assertEquals(1, server.mails().size());
      assertEquals(List.of(), server.authLines());
    }
  }
}
