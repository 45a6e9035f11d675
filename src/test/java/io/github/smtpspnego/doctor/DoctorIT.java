package io.github.smtpspnego.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.KdcProxy;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.security.auth.Subject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All in order, and then each thing wrong in turn, with a real KDC and real servers. */
@ResourceLock("java.security.Security")
class DoctorIT {
  private static Kdc kdc;
  private static Path cache;
  private static Path serverKeytab;
  private static Subject acceptor;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    cache = kdc.ticketCache("alice", Kdc.PASSWORD);
    serverKeytab = kdc.keytab("smtp/localhost");
    acceptor = kdc.acceptor("smtp/localhost", serverKeytab);
  }

  @AfterEach
  void letTheKdcAnswer() {
    kdc.proxy().mode(KdcProxy.Mode.FORWARD);
  }

  private static MailServer mailServer() {
    return MailServer.start(Map.of("mail.smtp.sasl.spnego.keytab", serverKeytab.toString()));
  }

  private static ScriptedSmtpServer offeringGssapi(Script auth) {
    return ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(auth).start();
  }

  private static List<String> options(int port, String... more) {
    List<String> options = new ArrayList<>(List.of(more));
    options.add("--port=" + port);
    if (options.stream().noneMatch(option -> option.startsWith("--host="))) {
      options.add("--host=localhost");
    }
    return options;
  }

  private static Diagnosis diagnose(int port, String... more) {
    return Diagnosis.of(Map.of(), options(port, more));
  }

  private static Diagnosis withTicket(int port, String... more) {
    List<String> options = options(port, more);
    options.add("--ticketcache=" + cache);
    return Diagnosis.of(Map.of(), options);
  }

  /** Whatever was sent as a token, in the AUTH line or after it, is nowhere in the report. */
  private static void assertNoToken(List<String> dialogue, String report) {
    List<String> tokens =
        dialogue.stream()
            .flatMap(line -> Arrays.stream(line.split(" ", -1)))
            .filter(word -> word.length() >= 24 && word.matches("[A-Za-z0-9+/]+=*"))
            .toList();
    assertFalse(tokens.isEmpty());
    tokens.forEach(token -> assertFalse(report.contains(token.substring(0, 24)), token));
  }

  // All in order.

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
          kdc.configuration().toString(),
          "EXAMPLE.TEST",
          "localhost:" + kdc.proxy().port(),
          "client not found in the KDC's database (6)");
      says(diagnosis.of("clock"), " s ");
      says(diagnosis.of("credentials"), "alice@EXAMPLE.TEST", cache.toString(), "valid until");
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
          Diagnosis.run(Map.of(), options(server.port(), "--ticketcache=" + cache));
      assertEquals(0, output.exitCode(), output.out());
      assertEquals("", output.err());
      says(output.out(), "Java and its providers\n  OK   Java ", "\nIn order for localhost:");
      assertFalse(output.out().contains("\u001b"), "no colours but on a terminal");
      assertNoToken(server.dialogue(), output.out());
    }
  }

  @Test
  void aKeytabIsListed() {
    Path keytab = kdc.keytab("bob");
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          diagnose(server.port(), "--keytab=" + keytab, "--principal=" + Kdc.full("bob"));
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      says(diagnosis.of("credentials"), "holds bob@EXAMPLE.TEST, kvno 1, aes");
      assertEquals(List.of(Kdc.full("bob")), server.principals());
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
  void exchangesPromptAndOfferAreUnderstood() {
    AuthScripts.Acceptor exchange =
        AuthScripts.accepting(acceptor)
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
        ScriptedSmtpServer.builder().auth(AuthScripts.accepting(acceptor));
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
              "-Pmail." + protocol + ".sasl.spnego.ticketcache=" + cache);
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      says(diagnosis.of("smtp"), seen, "CN=", "AUTH under TLS offers GSSAPI");
      assertEquals("tls-required", diagnosis.only(Status.WARN).anchor()); // ssl.trust
    }
  }

  // Each thing wrong in turn.

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
      says(diagnosis.only(Status.WARN).remedy(), "mail.smtp.sasl.spnego.service.");
    }
  }

  @Test
  void aServerThatIsLeftToOthers() {
    try (MailServer server = mailServer()) {
      withTicket(server.port(), "-Pmail.smtp.sasl.spnego.hosts=*.contoso.com")
          .failsIn("settings", "bad-setting");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SILENT", "REFUSE"})
  void aKdcThatDoesNotAnswer(KdcProxy.Mode mode) {
    kdc.proxy().mode(mode);
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          Diagnosis.of(Map.of("MAIL_PASSWORD", "a secret"), options(server.port(), "--user=frank"));
      Finding failure = diagnosis.failsOnlyIn("kerberos", "kdc-unreachable");
      says(failure.text(), "localhost:" + kdc.proxy().port());
      says(failure.remedy(), "port 88");
      for (String step : List.of("clock", "credentials", "names", "exchange")) {
        assertTrue(diagnosis.isSkipped(step), step);
      }
    }
  }

  @Test
  void aRealmThatNobodyKnows() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port(), "--principal=alice@NOWHERE.INVALID");
      diagnosis.failsIn("kerberos", "kdc-unreachable");
    }
  }

  @Test
  void noTicket() {
    Path missing = kdc.newFile("nothing");
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = diagnose(server.port(), "--ticketcache=" + missing);
      Finding failure = diagnosis.failsOnlyIn("credentials", "no-credentials");
      says(failure.text(), missing.toString(), "does not exist");
      says(failure.remedy(), "kinit");
      assertTrue(diagnosis.isSkipped("names"));
      assertTrue(diagnosis.isSkipped("exchange"));
      assertTrue(server.principals().isEmpty());
    }
  }

  @Test
  void aWrongPassword() {
    kdc.add("grace", "her own secret");
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          Diagnosis.of(
              Map.of("MAIL_PASSWORD", "not her secret"), options(server.port(), "--user=grace"));
      diagnosis.failsOnlyIn("credentials", "wrong-password");
      assertFalse(diagnosis.text().contains("not her secret"), diagnosis.text());
    }
  }

  @Test
  void aKeytabThatLacksThePrincipal() {
    try (MailServer server = mailServer()) {
      Finding failure =
          diagnose(
                  server.port(),
                  "--keytab=" + kdc.keytab("bob"),
                  "--principal=" + Kdc.full("alice"))
              .failsOnlyIn("credentials", "keytab");
      says(failure.text(), "bob@EXAMPLE.TEST");
    }
  }

  @Test
  void aTargetNameThatTheKdcDoesNotKnow() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port(), "--service=SMTPSVC");
      Finding failure = diagnosis.failsOnlyIn("names", "server-unknown");
      says(failure.text(), "SMTPSVC@localhost", "Server not found");
      says(failure.remedy(), "mail.smtp.sasl.spnego.spn=smtp@localhost");
      assertTrue(diagnosis.isSkipped("exchange"));
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

  private static int unusedPort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
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
    try (ScriptedSmtpServer server = offeringGssapi(AuthScripts.accepting(acceptor))) {
      withTicket(server.port(), "--starttls").failsOnlyIn("smtp", "tls-required");
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void nothingIsSentUnderACertificateThatIsNotTrusted() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS", "AUTH GSSAPI")
            .auth(AuthScripts.accepting(acceptor))
            .start()) {
      Diagnosis diagnosis = withTicket(server.port());
      Finding failure = diagnosis.failsOnlyIn("smtp", "tls-required");
      says(failure.text(), "CN=", "not trusted");
      says(failure.remedy(), "keytool");
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
            .auth(AuthScripts.accepting(acceptor))
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

  /** Silent ones come first, and the JDK asks one after the other, as long as it is told to. */
  @Test
  void fifteenKdcsThatKeepSilentDoNotHideTheOneThatAnswers() throws Exception {
    List<ServerSocket> silent = new ArrayList<>();
    try (MailServer server = mailServer()) {
      for (int i = 0; i < 15; i++) {
        silent.add(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports =
          new ArrayList<>(silent.stream().map(ServerSocket::getLocalPort).toList());
      ports.add(kdc.proxy().port());
      Kdc.Settings settings =
          kdc.settings().kdcs(ports.toArray(Integer[]::new)).set("kdc_timeout", "100");
      try (Kdc.Configured configured = settings.use()) {
        Diagnosis diagnosis = withTicket(server.port());
        assertEquals(0, diagnosis.exitCode(), diagnosis.text());
        says(
            diagnosis.of("kerberos"),
            configured.file().toString(),
            "localhost:" + ports.get(0) + " (TCP: no answer in 3 seconds; UDP: refused)",
            "localhost:" + kdc.proxy().port() + ", named by krb5.conf, answers over TCP");
        assertEquals(List.of(Kdc.full("alice")), server.principals());
      }
    } finally {
      for (ServerSocket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void udpThatTheJdkWouldAskFirstIsPointedOut() {
    try (MailServer server = mailServer();
        Kdc.Configured configured = kdc.settings().without("udp_preference_limit").use()) {
      Diagnosis diagnosis = withTicket(server.port());
      says(diagnosis.of("kerberos"), configured.file().toString());
      Finding warning = diagnosis.findings().get("kerberos").get(2);
      assertEquals(Status.WARN, warning.status());
      says(warning.text(), "answers over TCP and not over UDP (refused)");
      says(warning.remedy(), "udp_preference_limit = 1");
    }
  }

  @Test
  void aKrb5ConfThatTheJdkDoesNotUse() throws Exception {
    Path broken = Files.writeString(kdc.newFile("broken"), "[libdefaults]\n default_realm\n");
    String before = System.getProperty("java.security.krb5.conf");
    System.setProperty("java.security.krb5.conf", broken.toString());
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port());
      diagnosis.failsIn("kerberos", "no-realm");
      says(diagnosis.of("kerberos"), broken.toString(), "has no equals sign");
    } finally {
      System.setProperty("java.security.krb5.conf", before);
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
      options.addAll(options(server.port(), "--ticketcache=" + cache));
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
                  AuthScripts.accepting(acceptor).run(smtp);
                })
            .start()) {
      List<String> options = options(server.port(), "--ticketcache=" + cache);
      Doctor.command(Map.of()).setOut(new PrintWriter(out)).execute(options.toArray(String[]::new));
    }
    says(
        written.get(0), "\nMail server\n", "The greeting is 220", "AUTH without TLS offers GSSAPI");
    assertFalse(written.get(0).contains("\nAuthentication\n"), written.get(0));
    says(written.get(1), "\nAuthentication\n", "Sent AUTH GSSAPI");
    assertFalse(written.get(1).contains("Received"), written.get(1));
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
          Diagnosis.run(Map.of(), options(server.port(), "--ticketcache=" + cache));
      assertEquals(1, output.exitCode());
      says(output.out(), "554 ?[2J @|red no|@ service");
    }
  }

  @Test
  void aMailThatIsNotTaken() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(AuthScripts.accepting(acceptor))
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

  private static void says(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
    }
  }
}
