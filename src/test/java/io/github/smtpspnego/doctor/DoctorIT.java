package io.github.smtpspnego.doctor;

import static io.github.smtpspnego.doctor.Scene.ACCEPTOR;
import static io.github.smtpspnego.doctor.Scene.CACHE;
import static io.github.smtpspnego.doctor.Scene.KDC;
import static io.github.smtpspnego.doctor.Scene.assertNoToken;
import static io.github.smtpspnego.doctor.Scene.mailServer;
import static io.github.smtpspnego.doctor.Scene.options;
import static io.github.smtpspnego.doctor.Scene.says;
import static io.github.smtpspnego.doctor.Scene.withTicket;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** All in order with a real KDC and real servers, the settings, and how it is written. */
@ResourceLock("java.security.Security")
class DoctorIT {
  @Test
  void allIsInOrderAndNoMailIsSent() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port());
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      assertEquals(List.of(Kdc.full("alice")), server.principals());
      assertEquals(0, server.received().length);
      assertNoToken(server.dialogue(), diagnosis.text());
    }
  }

  @Test
  void itTellsWhatItSaw() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port());
      says(diagnosis.of("java"), "GSSAPI is answered by SmtpSpnego, then JdkSASL");
      says(
          diagnosis.of("kerberos"),
          KDC.configuration().toString(),
          "EXAMPLE.TEST",
          "localhost:" + KDC.proxy().port(),
          "client not found in the KDC's database (6)");
      says(diagnosis.of("clock"), " s ");
      says(diagnosis.of("credentials"), "alice@EXAMPLE.TEST", CACHE.toString(), "valid until");
      says(diagnosis.of("dns"), "localhost is 127.0.0.1");
      says(
          diagnosis.of("names"),
          "smtp@localhost, exists: ticket for smtp/localhost@EXAMPLE.TEST, aes",
          "kvno 1",
          "SMTPSVC@localhost does not exist");
      says(diagnosis.of("smtp"), "220 ", "AUTH without TLS offers GSSAPI GSS-SPNEGO");
      says(
          diagnosis.of("exchange"),
          "NegTokenInit, ",
          "offers Kerberos",
          "ticket for smtp/localhost@EXAMPLE.TEST, aes",
          "NegTokenResp, ",
          "negState accept-completed, mechanism Kerberos",
          "Kerberos AP-REP",
          "security layer auth, largest message 0",
          "235 2.7.0");
    }
  }

  @Test
  void peopleGetTheSameInText() {
    try (MailServer server = mailServer()) {
      Diagnosis.Output output =
          Diagnosis.run(Map.of(), options(server.port(), "--ticketcache=" + CACHE));
      assertEquals(0, output.exitCode(), output.out());
      assertEquals("", output.err());
      says(output.out(), "Java and its providers\n  OK   Java ", "\nIn order for localhost:");
      assertFalse(output.out().contains("\u001b"), "no colours but on a terminal");
      assertNoToken(server.dialogue(), output.out());
    }
  }

  @Test
  void aPasswordLogsInAndIsNotShown() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          Diagnosis.of(
              Map.of("MAIL_PASSWORD", Kdc.PASSWORD),
              options(server.port(), "--user=alice", "-Pmail.smtp.password=" + Kdc.PASSWORD));
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      assertEquals(List.of(Kdc.full("alice")), server.principals());
      assertFalse(diagnosis.text().contains(Kdc.PASSWORD), diagnosis.text());
    }
  }

  @Test
  void aTestMailIsSentWhereItIsAskedFor() throws Exception {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          withTicket(server.port(), "--send", "alice@example.test", "bob@example.test");
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      assertEquals(1, server.received().length);
      assertEquals("alice@example.test", server.received()[0].getFrom()[0].toString());
      assertEquals("bob@example.test", server.received()[0].getAllRecipients()[0].toString());
    }
  }

  @Test
  void aSettingThatCannotBe() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          withTicket(server.port(), "-Pmail.smtp.sasl.spnego.initialresponse=perhaps");
      diagnosis.failsIn("settings", "bad-setting");
      says(
          diagnosis.of("settings"),
          "mail.smtp.sasl.spnego.initialresponse is set to 'perhaps'; it must be one of auto,");
    }
  }

  @Test
  void aMisspeltSettingIsPointedOut() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port(), "-Pmail.smtp.sasl.spnego.servise=smtp");
      assertEquals(0, diagnosis.exitCode());
      says(diagnosis.only(Status.WARN).remedy(), "after mail.smtp.sasl.spnego. are ", " service,");
    }
  }

  @Test
  void aServerThatIsLeftToOthers() {
    try (MailServer server = mailServer()) {
      withTicket(server.port(), "-Pmail.smtp.sasl.spnego.hosts=*.contoso.com")
          .failsIn("settings", "bad-setting");
    }
  }

  @Test
  void noValueIsShownThatMayBeASecret() {
    Map<String, String> secrets =
        Map.of(
            "mail.smtp.pass", "secret-1",
            "mail.smtp.password", "secret-2",
            "mail.smtp.oauth2.token", "secret-3",
            "mail.smtp.proxy.password", "secret-4",
            "mail.smtp.pwd", "secret-5",
            "mail.smtp.sasl.spnego.token", "secret-6",
            "app.key", "secret-7");
    List<String> options = new ArrayList<>();
    secrets.forEach((name, value) -> options.add("-P" + name + "=" + value));
    options.add("-Pmail.smtp.timeout=5000");
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port(), options.toArray(String[]::new));
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      assertFalse(diagnosis.text().contains("secret-"), diagnosis.text());
      secrets.keySet().forEach(name -> says(diagnosis.of("settings"), name + "=(set)"));
      says(diagnosis.of("settings"), "mail.smtp.timeout=5000", "mail.smtp.host=localhost");
      options.addAll(options(server.port(), "--ticketcache=" + CACHE));
      String text = Diagnosis.run(Map.of(), options).out();
      assertFalse(text.contains("secret-"), text);
    }
  }

  /** What was written when the server was asked for its extensions, and when it got a token. */
  @Test
  void whatIsFoundIsWrittenAtOnce() {
    StringWriter out = new StringWriter();
    List<String> written = new CopyOnWriteArrayList<>();
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .on(
                "QUIT",
                smtp -> {
                  written.add(out.toString());
                  smtp.hangUp(); // which is no failure
                })
            .auth(
                smtp -> {
                  written.add(out.toString());
                  AuthScripts.accepting(ACCEPTOR).run(smtp);
                })
            .start()) {
      List<String> options = options(server.port(), "--ticketcache=" + CACHE);
      Doctor.command(Map.of()).setOut(new PrintWriter(out)).execute(options.toArray(String[]::new));
    }
    says(
        written.get(0), "\nMail server\n", "The greeting is 220", "AUTH without TLS offers GSSAPI");
    assertFalse(written.get(0).contains("\nAuthentication\n"), written.get(0));
    says(written.get(1), "\nAuthentication\n", "Sent AUTH GSSAPI");
    assertFalse(written.get(1).contains("Received"), written.get(1));
  }
}
