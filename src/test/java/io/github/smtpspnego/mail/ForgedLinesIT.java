package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.AuthenticationFailedException;
import javax.security.auth.Subject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names with line ends in messages and in the log. */
class ForgedLinesIT {
  private static Kdc kdc;
  private static Subject acceptor;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    acceptor = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
  }

  @Test
  void aUserNameDoesNotBeginALineOfTheLog() {
    try (ScriptedSmtpServer server =
            ScriptedSmtpServer.offeringGssapi(AuthScripts.accepting(acceptor));
        LogRecorder log = LogRecorder.start()) {
      String name = "mallory\nINFO: alice is authenticated and acts as root\u001b[2J";
      AuthenticationFailedException e =
          assertThrows(
              AuthenticationFailedException.class,
              () -> Program.withGssapi().send(server, name, "x"));
      for (String line : log.warnings()) {
        assertFalse(line.contains("\n") || line.contains("\u001b"), line);
      }
      assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.toString());
    }
  }

  @Test
  void aSettingDoesNotBeginALineOfTheLog() {
    try (ScriptedSmtpServer server =
            ScriptedSmtpServer.offeringGssapi(AuthScripts.accepting(acceptor));
        LogRecorder log = LogRecorder.start()) {
      assertThrows(
          AuthenticationFailedException.class,
          () ->
              Program.withGssapi()
                  .set("sasl.spnego.keytab", kdc.keytab("alice").toString())
                  .set("sasl.spnego.principal", "mallory\nINFO: forged")
                  .send(server, null, null));
      for (String line : log.warnings()) {
        assertFalse(line.contains("\n"), line);
      }
    }
  }
}
