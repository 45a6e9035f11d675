package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import javax.security.auth.Subject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Under {@code smtps} a remedy names the properties of {@code smtps}: the others do nothing. */
class SmtpsRemediesIT {
  private static Subject acceptor;
  private static Script accepting;
  private static String cache;

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    acceptor = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    accepting = AuthScripts.accepting(acceptor);
    cache = kdc.ticketCache("alice", Kdc.PASSWORD).toString();
  }

  private static Program withTicket() {
    return Program.withGssapi("smtps").set("sasl.spnego.ticketcache", cache);
  }

  private static void assertNames(String property, Reason reason, Program program, Script auth) {
    try (ScriptedSmtpServer server =
            ScriptedSmtpServer.builder()
                .extensions("AUTH GSSAPI")
                .auth(auth)
                .implicitTls()
                .start();
        LogRecorder log = LogRecorder.start()) {
      Program.Failure failure = program.failToSend(server, "alice", null);
      assertEquals(reason, failure.reason());
      failure.says("mail.smtps." + property);
      assertFalse(failure.message().contains("mail.smtp."), failure.message());
      log.warnings().forEach(line -> assertFalse(line.contains("mail.smtp."), line));
    }
  }

  @Test
  void whereThereAreNoCredentials() {
    Program program = withTicket().set("sasl.spnego.ticketcache", "/not/there");
    assertNames("sasl.spnego.keytab", Reason.NO_CREDENTIALS, program, accepting);
  }

  @Test
  void whereTheTargetNameDoesNotExist() {
    Program program = withTicket().set("sasl.spnego.spn", "smtp/nobody.example.test");
    assertNames("sasl.spnego.spn", Reason.SERVER_UNKNOWN, program, accepting);
  }

  @Test
  void whereTheLineIsTooLong() {
    Program program = withTicket().set("sasl.spnego.initialresponse", "always");
    assertNames(
        "sasl.spnego.initialresponse=never",
        Reason.LINE_TOO_LONG,
        program,
        AuthScripts.answering("500 5.5.2 Error: Line too long"));
  }

  /** Some servers cut a long line and then say something else. */
  @Test
  void whereTheLineMayBeTooLong() {
    Program program = withTicket().set("sasl.spnego.initialresponse", "always");
    assertNames(
        "sasl.spnego.initialresponse=never",
        Reason.SERVER_REFUSED,
        program,
        AuthScripts.answering("535 5.7.8 Error: authentication failed"));
  }

  @Test
  void whereTheLayerOfferIsWrong() {
    Script wrongOffer =
        AuthScripts.accepting(acceptor).offer((byte) 4, (byte) 0, (byte) 0, (byte) 0);
    assertNames("sasl.spnego.securitylayer", Reason.SECURITY_LAYER, withTicket(), wrongOffer);
  }

  @Test
  void whereASettingIsBad() {
    Program program = withTicket().set("sasl.spnego.mutualauth", "perhaps");
    assertNames("sasl.spnego.mutualauth", Reason.BAD_SETTING, program, accepting);
  }
}
