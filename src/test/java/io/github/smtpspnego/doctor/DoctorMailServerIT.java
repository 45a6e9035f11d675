package io.github.smtpspnego.doctor;

import static io.github.smtpspnego.doctor.Scene.ACCEPTOR;
import static io.github.smtpspnego.doctor.Scene.CACHE;
import static io.github.smtpspnego.doctor.Scene.assertNoToken;
import static io.github.smtpspnego.doctor.Scene.mailServer;
import static io.github.smtpspnego.doctor.Scene.offeringGssapi;
import static io.github.smtpspnego.doctor.Scene.options;
import static io.github.smtpspnego.doctor.Scene.says;
import static io.github.smtpspnego.doctor.Scene.unusedPort;
import static io.github.smtpspnego.doctor.Scene.withTicket;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be wrong with the mail server and on the way to it. */
@ResourceLock("java.security.Security")
class DoctorMailServerIT {
  @Test
  void exchangesPromptAndOfferAreUnderstood() {
    AuthScripts.Acceptor exchange =
        AuthScripts.accepting(ACCEPTOR)
            .prompt("GSSAPI supported")
            .offer((byte) 1, (byte) 0, (byte) 0xbb, (byte) 0x80);
    try (ScriptedSmtpServer server = offeringGssapi(exchange)) {
      Diagnosis diagnosis = withTicket(server.port());
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      says(diagnosis.of("exchange"), "334 GSSAPI supported", "largest message 48000");
    }
  }

  @ParameterizedTest
  @CsvSource({"smtp, AUTH without TLS offers nothing; STARTTLS is offered", "smtps, is for"})
  void underTlsTheCertificatesNamesAreShown(String protocol, String seen) {
    ScriptedSmtpServer.Builder builder =
        ScriptedSmtpServer.builder().auth(AuthScripts.accepting(ACCEPTOR));
    builder =
        protocol.equals("smtps")
            ? builder.extensions("AUTH GSSAPI").implicitTls()
            : builder.extensions("STARTTLS").extensionsUnderTls("AUTH GSSAPI");
    try (ScriptedSmtpServer server = builder.start()) {
      Diagnosis diagnosis =
          withTicket(
              server.port(),
              "--protocol=" + protocol,
              "-Pmail." + protocol + ".ssl.trust=*",
              "-Pmail." + protocol + ".ssl.checkserveridentity=false",
              "-Pmail." + protocol + ".sasl.spnego.ticketcache=" + CACHE);
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      says(diagnosis.of("smtp"), seen, "CN=", "AUTH under TLS offers GSSAPI");
      assertEquals("tls-required", diagnosis.only(Status.WARN).anchor()); // ssl.trust
    }
  }

  @Test
  void anAddressInsteadOfAName() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port(), "--host=127.0.0.1");
      assertEquals("server-unknown", diagnosis.only(Status.WARN).anchor());
      says(diagnosis.only(Status.WARN).remedy(), "by its name");
    }
  }

  @Test
  void aHostThatIsNotInDns() {
    Diagnosis diagnosis = withTicket(25, "--host=mail.nowhere.invalid");
    diagnosis.failsIn("dns", "server-unknown");
    diagnosis.failsIn("smtp", "server-trouble");
  }

  @Test
  void nobodyListens() throws Exception {
    int port = unusedPort();
    Finding failure = withTicket(port).failsOnlyIn("smtp", "server-trouble");
    says(failure.text(), "localhost:" + port, "refused");
  }

  @Test
  void aMailServerThatSaysNothing() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.answering(ScriptedSmtpServer.Dialogue::keepSilent)) {
      withTicket(server.port(), "-Pmail.smtp.timeout=300").failsOnlyIn("smtp", "server-trouble");
    }
  }

  @Test
  void gssapiIsNotOffered() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH PLAIN LOGIN").start()) {
      Diagnosis diagnosis = withTicket(server.port());
      says(
          diagnosis.failsOnlyIn("smtp", "not-offered").remedy(),
          "Set-ReceiveConnector -AuthMechanism");
      says(diagnosis.of("smtp"), "AUTH without TLS offers PLAIN LOGIN");
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void tlsIsDemandedAndSwitchedOff() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS")
            .extensionsUnderTls("AUTH GSSAPI")
            .start()) {
      Finding failure =
          withTicket(server.port(), "-Pmail.smtp.starttls.enable=false")
              .failsOnlyIn("smtp", "tls-required");
      says(failure.remedy(), "mail.smtp.starttls.enable=true");
    }
  }

  @Test
  void tlsIsDemandedInAnswerToAuth() {
    try (ScriptedSmtpServer server =
        offeringGssapi(AuthScripts.answering("530 5.7.0 Must issue a STARTTLS command first"))) {
      withTicket(server.port()).failsOnlyIn("exchange", "tls-required");
    }
  }

  @Test
  void aServerThatCannotDoTheTlsThatIsWanted() {
    try (ScriptedSmtpServer server = offeringGssapi(AuthScripts.accepting(ACCEPTOR))) {
      withTicket(server.port(), "--starttls").failsOnlyIn("smtp", "tls-required");
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void nothingIsSentUnderACertificateThatIsNotTrusted() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS", "AUTH GSSAPI")
            .auth(AuthScripts.accepting(ACCEPTOR))
            .start()) {
      Diagnosis diagnosis = withTicket(server.port());
      Finding failure = diagnosis.failsOnlyIn("smtp", "tls-required");
      says(failure.text(), "CN=", "not trusted");
      says(failure.remedy(), "keytool", "-Dmail.smtp.starttls.enable=false");
      assertTrue(diagnosis.isSkipped("exchange"));
      assertEquals(List.of(), server.authLines());
    }
  }

  /** The transport checks the name although it trusts the certificate. */
  @Test
  void whatTheTransportDoesNotTrustDoesNotPass() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS", "AUTH GSSAPI")
            .auth(AuthScripts.accepting(ACCEPTOR))
            .start()) {
      Finding failure =
          withTicket(server.port(), "-Pmail.smtp.ssl.trust=*").failsOnlyIn("smtp", "tls-required");
      says(failure.text(), "CN=", "localhost");
      assertEquals(List.of(), server.authLines());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks", "proxy"})
  void aProxyThatIsNotThere(String kind) throws Exception {
    int port = unusedPort();
    try (MailServer server = mailServer()) {
      Finding failure =
          withTicket(
                  server.port(),
                  "-Pmail.smtp." + kind + ".host=127.0.0.1",
                  "-Pmail.smtp." + kind + ".port=" + port)
              .failsOnlyIn("smtp", "server-trouble");
      says(failure.text(), "by the proxy 127.0.0.1", "refused");
      assertEquals(List.of(), server.dialogue());
    }
  }

  @Test
  void aHostThatOnlyTheProxyMayKnowIsNoFaultOfDns() throws Exception {
    Diagnosis diagnosis =
        withTicket(
            25,
            "--host=mail.nowhere.invalid",
            "-Pmail.smtp.socks.host=127.0.0.1",
            "-Pmail.smtp.socks.port=" + unusedPort());
    says(diagnosis.of("dns"), "the proxy 127.0.0.1 may know it");
    assertEquals(Status.OK, diagnosis.findings().get("dns").get(0).status());
  }

  @Test
  void aSocketFactoryThatIsNotThere() {
    try (MailServer server = mailServer()) {
      withTicket(
              server.port(),
              "-Pmail.smtp.socketFactory.class=no.such.Factory",
              "-Pmail.smtp.socketFactory.fallback=false")
          .failsIn("smtp", "server-trouble");
    }
  }

  @Test
  void aTransportThatShowsNothingIsJudgedByItsEnd() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          withTicket(server.port(), "-Pmail.smtp.class=org.eclipse.angus.mail.smtp.SMTPTransport");
      assertEquals("other-provider", diagnosis.only(Status.WARN).anchor());
      says(diagnosis.of("smtp"), "does not show what is said");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "535 5.7.8 Error: authentication failed, server-refused, klist -kt",
    "535 5.7.3 Authentication unsuccessful, server-refused, setspn -Q",
    "454 4.7.0 Temporary authentication failure, server-trouble, clock",
    "504 5.7.4 Unrecognized authentication type, not-offered, Set-ReceiveConnector"
  })
  void theServerRejects(String reply, String anchor, String remedy) {
    try (ScriptedSmtpServer server = offeringGssapi(AuthScripts.answeringToken(reply))) {
      Diagnosis diagnosis = withTicket(server.port());
      Finding failure = diagnosis.failsOnlyIn("exchange", anchor);
      says(failure.text(), reply, "smtp@localhost", "alice@EXAMPLE.TEST");
      says(failure.remedy(), remedy);
      assertNoToken(server.transcript(), diagnosis.text());
    }
  }

  @Test
  void theServerClosesTheConnection() {
    try (ScriptedSmtpServer server = offeringGssapi(ScriptedSmtpServer.Dialogue::hangUp)) {
      withTicket(server.port()).failsOnlyIn("exchange", "server-trouble");
    }
  }

  @Test
  void theServerProvesNothing() {
    try (ScriptedSmtpServer server = offeringGssapi(AuthScripts.requestMicThenSuccess())) {
      Diagnosis diagnosis = withTicket(server.port());
      diagnosis.failsOnlyIn("exchange", "unexpected-neg-state");
      says(diagnosis.of("exchange"), "negState request-mic");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "20260102030405Z, its clock says 2026-01-02T03:04:05Z",
    "20261399996161Z, 'its clock says ''20261399996161Z'', which is no time'"
  })
  void theServersKerberosErrorIsDecoded(String time, String told) {
    byte[] skew =
        ForgedTickets.der(
            0x7e,
            ForgedTickets.der(
                0x30,
                ForgedTickets.der(
                    0xa4, ForgedTickets.der(0x18, time.getBytes(StandardCharsets.US_ASCII))),
                ForgedTickets.der(0xa6, ForgedTickets.der(0x02, new byte[] {37}))));
    try (ScriptedSmtpServer server =
        offeringGssapi(AuthScripts.challengingToken(skew, smtp -> {}))) {
      Diagnosis diagnosis = withTicket(server.port());
      diagnosis.failsOnlyIn("exchange", "clock-skew");
      says(
          diagnosis.of("exchange"),
          "KRB-ERROR, 28 octets: the clocks differ too much (37), " + told);
    }
  }

  @Test
  void aServersTextCannotSteerTheTerminal() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .greeting(smtp -> smtp.reply("554 \u001b[2J @|red no|@ service"))
            .start()) {
      Diagnosis.Output output =
          Diagnosis.run(Map.of(), options(server.port(), "--ticketcache=" + CACHE));
      assertEquals(1, output.exitCode());
      says(output.out(), "554 ?[2J @|red no|@ service");
    }
  }

  @Test
  void aMailThatIsNotTaken() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(AuthScripts.accepting(ACCEPTOR))
            .on("MAIL", smtp -> smtp.reply("550 5.7.60 Client does not have permissions"))
            .start()) {
      Finding failure =
          withTicket(server.port(), "--send", "boss@example.test", "bob@example.test")
              .failsOnlyIn("send", "server-refused");
      says(failure.text(), "5.7.60");
      assertEquals(List.of(), server.mails());
    }
  }

  @Test
  void noMailIsSentAfterAFailure() {
    try (ScriptedSmtpServer server = offeringGssapi(AuthScripts.answeringToken("535 5.7.8 no"))) {
      Diagnosis diagnosis =
          withTicket(server.port(), "--send", "alice@example.test", "bob@example.test");
      assertTrue(diagnosis.isSkipped("send"));
      assertEquals(List.of(), server.mails());
    }
  }
}
