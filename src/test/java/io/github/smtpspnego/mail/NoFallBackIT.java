package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which mechanism is used where GSSAPI is configured and not offered, and what is said of it. */
class NoFallBackIT {
  private static final Script SUCCESS =
      smtp -> {
        if (smtp.command().equals("AUTH LOGIN")) {
          smtp.reply("334 VXNlcm5hbWU6");
          smtp.read();
          smtp.reply("334 UGFzc3dvcmQ6");
          smtp.read();
        }
        smtp.reply("235 2.7.0 Welcome");
      };

  /** The JDK reads its Kerberos configuration once; the next test class wants this one. */
  @BeforeAll
  static void configureKerberos() {
    Kdc.shared();
  }

  private static ScriptedSmtpServer offering(String mechanisms) {
    return ScriptedSmtpServer.builder().extensions("AUTH " + mechanisms).auth(SUCCESS).start();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GSSAPI", "GSS-SPNEGO", "GSSAPI GSS-SPNEGO"})
  void noPasswordIsSentWhereOnlySpnegoWasAskedFor(String mechanisms) {
    try (ScriptedSmtpServer server = offering("PLAIN LOGIN NTLM DIGEST-MD5 XOAUTH2")) {
      Program.Failure failure =
          Program.withGssapi()
              .set("sasl.mechanisms", mechanisms)
              .failToSend(server, "alice", "a secret");
      assertEquals(Reason.NOT_OFFERED, failure.reason());
      failure.says(
          mechanisms.replace(" ", ", "),
          "offers AUTH PLAIN LOGIN NTLM DIGEST-MD5 XOAUTH2 only",
          "No credentials were sent",
          "Set-ReceiveConnector -AuthMechanism");
      assertEquals(List.of(), server.passwords());
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void noPasswordIsSentWhereNoClientCanBeMade() {
    try (ScriptedSmtpServer server = offering("GSSAPI PLAIN LOGIN")) {
      Program.Failure failure =
          Program.withGssapi()
              .property("javax.security.sasl.policy.forward", "true")
              .failToSend(server, "alice", "a secret");
      assertEquals(Reason.BAD_SETTING, failure.reason());
      failure.says("javax.security.sasl.policy");
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void noPasswordIsSentWhereTheSettingsAreBad() {
    try (ScriptedSmtpServer server = offering("GSSAPI PLAIN LOGIN")) {
      Program.Failure failure =
          Program.withGssapi()
              .set("sasl.spnego.credentials", "magic")
              .failToSend(server, "alice", "a secret");
      assertEquals(Reason.BAD_SETTING, failure.reason());
      failure.says("mail.smtp.sasl.spnego.credentials", "'magic'", "keytab");
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void saysThatTlsMayBeMissing() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("STARTTLS", "AUTH LOGIN").auth(SUCCESS).start()) {
      Program.Failure failure = Program.withGssapi().failToSend(server, "alice", "a secret");
      assertEquals(Reason.TLS_REQUIRED, failure.reason());
      failure.says("AUTH LOGIN only before TLS", "mail.smtp.starttls.enable=true");
      Program underTls = Program.withGssapi().set("starttls.enable", "true");
      assertEquals(Reason.NOT_OFFERED, underTls.failToSend(server, "alice", "p").reason());
      assertEquals(List.of(), server.authLines());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GSSAPI PLAIN,         PLAIN LOGIN, PLAIN",
    "GSSAPI LOGIN,         PLAIN LOGIN, LOGIN",
    "'GSSAPI,LOGIN,PLAIN', PLAIN LOGIN, LOGIN",
    "GSSAPI PLAIN LOGIN,   LOGIN PLAIN, PLAIN",
    "GSSAPI X-OWN LOGIN,   LOGIN X-OWN, LOGIN",
    "PLAIN GSSAPI,         GSSAPI PLAIN, PLAIN"
  })
  void othersAreUsedInTheOrderInWhichTheyAreListed(String listed, String offered, String used)
      throws Exception {
    try (ScriptedSmtpServer server = offering(offered)) {
      Program.withGssapi().set("sasl.mechanisms", listed).send(server, "alice", "a secret");
      assertEquals(1, server.mails().size());
      assertTrue(
          server.authLines().get(0).startsWith("AUTH " + used), server.authLines()::toString);
    }
  }

  @Test
  void othersAreNotUsedWithoutAPassword() {
    try (ScriptedSmtpServer server = offering("PLAIN LOGIN")) {
      Program program = Program.withGssapi().set("sasl.mechanisms", "GSSAPI PLAIN LOGIN");
      assertEquals(Reason.NOT_OFFERED, program.failToSend(server, "alice", null).reason());
      assertEquals(Reason.NOT_OFFERED, program.failToSend(server, "alice", "").reason());
      assertEquals(List.of(), server.authLines());
    }
  }
}
