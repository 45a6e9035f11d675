package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.Subject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code mail.smtp.sasl.spnego.enable=true} alone authenticates by SPNEGO, whatever else the
 * program sets or leaves out, and what it names is required.
 */
class OneSwitchIT {
  private static final String SWITCH = "mail.smtp.sasl.spnego.enable";
  private static final String CACHE = "mail.smtp.sasl.spnego.ticketcache";
  private static final String KERBEROS_OID = "06092a864886f712010202";
  private static final String SPNEGO_OID = "06062b0601050502";

  private static Kdc kdc;
  private static Subject acceptor;
  private static String cache;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    acceptor = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    cache = kdc.ticketCache("alice", Kdc.PASSWORD).toString();
  }

  private static ScriptedSmtpServer.Builder offering(String mechanisms, Script auth) {
    return ScriptedSmtpServer.builder()
        .extensions("AUTH " + mechanisms)
        .auth(auth)
        .mustAuthenticate();
  }

  private static ScriptedSmtpServer good() {
    return offering("LOGIN PLAIN GSSAPI", AuthScripts.accepting(acceptor)).start();
  }

  private static Program switchedOn() {
    return switchedOn("smtp");
  }

  private static Program switchedOn(String protocol) {
    return Program.plain(protocol)
        .set("sasl.spnego.enable", "true")
        .set("sasl.spnego.ticketcache", cache);
  }

  private static void assertAuthenticated(ScriptedSmtpServer server) {
    assertEquals(1, server.mails().size(), () -> server.transcript().toString());
    assertEquals(1, server.authLines().size());
    assertTrue(server.authLines().get(0).startsWith("AUTH GSSAPI"));
    assertEquals(List.of(), server.passwords());
  }

  // It is enough.

  @ParameterizedTest
  @CsvSource({",", "alice,", "alice, ''"})
  void theSwitchAloneAuthenticates(String user, String password) throws Exception {
    try (ScriptedSmtpServer server = good()) {
      switchedOn().send(server, user, password);
      assertAuthenticated(server);
    }
  }

  @Test
  void thePasswordGivenIsKerberosPasswordAndGoesNowhereElse() throws Exception {
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = offering("LOGIN PLAIN GSSAPI", script).start()) {
      Program.plain().set("sasl.spnego.enable", "true").send(server, "bob", "bob's own secret");
      assertAuthenticated(server);
      assertEquals(List.of(Kdc.full("bob")), script.initiators());
    }
  }

  /** What Camel, Keycloak and Jenkins set where there is no user, and what others do. */
  @ParameterizedTest
  @CsvSource({"auth, false", "auth, true", "sasl.enable, true", "sasl.mechanisms, GSSAPI"})
  void itIsEnoughWhateverTheProgramSets(String name, String value) throws Exception {
    try (ScriptedSmtpServer server = good()) {
      switchedOn().set(name, value).send(server, null, null);
      assertAuthenticated(server);
    }
  }

  @Test
  void itIsEnoughUnderSmtps() throws Exception {
    try (ScriptedSmtpServer server =
        offering("GSSAPI", AuthScripts.accepting(acceptor)).implicitTls().start()) {
      switchedOn("smtps").send(server, null, null);
      assertAuthenticated(server);
    }
  }

  @Test
  void itIsForItsOwnProtocol() throws Exception {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().start()) {
      Program.plain()
          .property("mail.smtps.sasl.spnego.enable", "true")
          .property("mail.imap.sasl.spnego.enable", "true")
          .send(server, null, null);
      assertEquals(1, server.mails().size());
    }
  }

  // As a system property, for programs whose Session does not read those.

  @ParameterizedTest
  @ValueSource(strings = {"", "mail.smtp.auth=false", "mail.smtp.auth=true"})
  void itIsEnoughAsASystemProperty(String ofTheSession) throws Exception {
    try (ScriptedSmtpServer server = good()) {
      ProgramJvm program = ProgramJvm.with(kdc).system(SWITCH, "true").system(CACHE, cache);
      if (!ofTheSession.isEmpty()) {
        String[] pair = ofTheSession.split("=", 2);
        program.set(pair[0], pair[1]);
      }
      ProgramJvm.Outcome outcome = program.send("localhost", server);
      assertEquals("sent", outcome.reason(), outcome.message());
      assertAuthenticated(server);
    }
  }

  @Test
  void theSessionsOwnWordComesBeforeTheSystems() throws Exception {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().start()) {
      ProgramJvm.Outcome outcome =
          ProgramJvm.with(kdc)
              .system(SWITCH, "true")
              .set(SWITCH, "false")
              .send("localhost", server);
      assertEquals("sent", outcome.reason(), outcome.message());
      assertEquals(List.of(), server.authLines());
    }
  }

  // What it names is required.

  @ParameterizedTest
  @CsvSource({
    "'',            ,      , true",
    "'',            alice, a secret, true",
    "'',            ,      , false",
    "'',            alice, a secret, false",
    "AUTH PLAIN LOGIN, ,   , true",
    "AUTH PLAIN LOGIN, alice, a secret, true",
    "AUTH PLAIN LOGIN, alice, a secret, false"
  })
  void aServerThatDoesNotOfferItGetsNoMail(
      String extension, String user, String password, String auth) {
    ScriptedSmtpServer.Builder builder = ScriptedSmtpServer.builder();
    if (!extension.isEmpty()) {
      builder.extensions(extension);
    }
    try (ScriptedSmtpServer server = builder.start()) {
      Program program = switchedOn().set("auth", auth);
      assertEquals(Reason.NOT_OFFERED, program.failToSend(server, user, password).reason());
      assertEquals(List.of(), server.passwords());
    }
  }

  @Test
  void aServerThatKnowsHeloOnlyGetsNoMail() {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .on("EHLO", smtp -> smtp.reply("502 5.5.1 Command not implemented"))
            .start()) {
      assertEquals(Reason.NOT_OFFERED, switchedOn().failToSend(server, null, null).reason());
    }
  }

  @Test
  void aServerThatOffersItOnlyUnderTlsGetsNoMailBefore() throws Exception {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS")
            .extensionsUnderTls("AUTH GSSAPI")
            .auth(AuthScripts.accepting(acceptor))
            .start()) {
      assertEquals(Reason.TLS_REQUIRED, switchedOn().failToSend(server, null, null).reason());
      switchedOn().set("starttls.enable", "true").send(server, null, null);
      assertAuthenticated(server);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void aServerThatProvesNothingGetsNoMail(String auth) {
    try (ScriptedSmtpServer server =
        offering("GSSAPI", AuthScripts.answeringToken("235 2.7.0 Welcome")).start()) {
      Program program = switchedOn().set("auth", auth);
      assertEquals(Reason.NO_SERVER_PROOF, program.failToSend(server, null, null).reason());
    }
  }

  // For other servers, and switched off, it is not there.

  @Test
  void forOtherHostsTheMailGoesAsItDidBefore() throws Exception {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").start()) {
      switchedOn().set("sasl.spnego.hosts", "*.contoso.com").send(server, null, null);
      assertEquals(1, server.mails().size());
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void forOtherHostsThePasswordIsTheirs() throws Exception {
    Script plain = AuthScripts.answering("235 2.7.0 Welcome");
    try (ScriptedSmtpServer server = offering("GSSAPI PLAIN", plain).start()) {
      switchedOn()
          .set("auth", "true")
          .set("sasl.spnego.hosts", "*.contoso.com")
          .send(server, "alice", "a secret");
      assertEquals(1, server.mails().size());
      assertTrue(server.authLines().get(0).startsWith("AUTH PLAIN"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "false"})
  void notSwitchedOnTheMailGoesAsItDidBefore(String value) throws Exception {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").start()) {
      Program.plain().set("sasl.spnego.enable", value).send(server, null, null);
      assertEquals(1, server.mails().size());
      assertEquals(List.of(), server.authLines());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "AUTO", "true"})
  void whereGssapiIsAskedForItIsAnswered(String value) throws Exception {
    try (ScriptedSmtpServer server = good()) {
      Program.withGssapi()
          .set("sasl.spnego.enable", value)
          .set("sasl.spnego.ticketcache", cache)
          .send(server, null, null);
      assertAuthenticated(server);
    }
  }

  @ParameterizedTest
  @CsvSource({"false, true", "auto, false"})
  void switchedOffTheJdksOwnClientAnswers(String value, boolean isJdks) throws Exception {
    try (ScriptedSmtpServer server = good()) {
      Program program =
          Program.withGssapi()
              .set("sasl.spnego.enable", value)
              .set("sasl.spnego.initialresponse", "always");
      Dialogue.as(
          kdc.login("alice", Kdc.PASSWORD),
          () -> {
            program.send(server, "alice", "");
            return true;
          });
      assertAuthenticated(server);
      String token = server.authLines().get(0).split(" ", 3)[2];
      String start = HexFormat.of().formatHex(Base64.getDecoder().decode(token), 0, 40);
      assertEquals(!isJdks, start.contains(SPNEGO_OID), start);
      assertTrue(start.contains(KERBEROS_OID), start);
    }
  }

  // A value that it cannot have.

  @ParameterizedTest
  @ValueSource(strings = {"yes", "1", "on", "TRUE!"})
  void aBadValueIsToldWithTheChoices(String value) {
    for (Program program : List.of(Program.withGssapi(), Program.plain())) {
      try (ScriptedSmtpServer server = good()) {
        Program.Failure failure =
            program.set("sasl.spnego.enable", value).failToSend(server, null, null);
        assertEquals(Reason.BAD_SETTING, failure.reason());
        failure.says(SWITCH, "'" + value + "'", "auto, true, false");
        assertEquals(List.of(), server.authLines());
      }
    }
  }
}
