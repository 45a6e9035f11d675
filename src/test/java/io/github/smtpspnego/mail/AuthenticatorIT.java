package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An {@code Authenticator} is asked only where a password can be used, once per Session as Jakarta
 * Mail does, and a failure that no password mends is one exchange.
 */
class AuthenticatorIT {
  private static final String BOBS_PASSWORD = "bob's own secret";

  private static Kdc kdc;
  private static Subject acceptor;
  private static String keytab;
  private static String cache;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    acceptor = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    keytab = kdc.keytab("alice").toString();
    cache = kdc.ticketCache("alice", Kdc.PASSWORD).toString();
  }

  private static ScriptedSmtpServer offering(String mechanisms, Script auth) {
    return ScriptedSmtpServer.builder()
        .extensions("AUTH " + mechanisms)
        .auth(auth)
        .mustAuthenticate()
        .start();
  }

  // Nobody is asked for what is not needed.

  @ParameterizedTest
  @CsvSource({"auto, keytab", "keytab, keytab", "ticketcache, ticketcache"})
  void nobodyIsAskedWhereAFileHoldsTheCredentials(String credentials, String file)
      throws Exception {
    AskedUser user = AskedUser.answering("bob", BOBS_PASSWORD);
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = offering("GSSAPI", script)) {
      Program.withGssapi()
          .set("sasl.spnego.credentials", credentials)
          .set("sasl.spnego." + file, file.equals("keytab") ? keytab : cache)
          .authenticator(user)
          .send(server, "bob", null);
      assertEquals(0, user.questions());
      assertEquals(List.of(Kdc.full("alice")), script.initiators());
    }
  }

  @Test
  void nobodyIsAskedWhereTheSubjectHoldsTheCredentials() throws Exception {
    AskedUser user = AskedUser.answering("bob", BOBS_PASSWORD);
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = offering("GSSAPI", script)) {
      Program program =
          Program.withGssapi().set("sasl.spnego.credentials", "subject").authenticator(user);
      Dialogue.as(
          kdc.login("alice", Kdc.PASSWORD),
          () -> {
            program.send(server, "bob", null);
            return true;
          });
      assertEquals(0, user.questions());
      assertEquals(List.of(Kdc.full("alice")), script.initiators());
    }
  }

  @Test
  void nobodyIsAskedWhereThePasswordWasGiven() throws Exception {
    AskedUser user = AskedUser.answering("alice", "not this one");
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = offering("GSSAPI", script)) {
      Program.withGssapi().authenticator(user).send(server, "bob", BOBS_PASSWORD);
      assertEquals(0, user.questions());
      assertEquals(List.of(Kdc.full("bob")), script.initiators());
    }
  }

  // Where a password can be used.

  @ParameterizedTest
  @ValueSource(strings = {"alice", "EXAMPLE\\alice", "alice@example.test", "alice@EXAMPLE.TEST"})
  void theUserMayBeWrittenAsOnWindows(String user) throws Exception {
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = offering("GSSAPI", script)) {
      Program.withGssapi().send(server, user, Kdc.PASSWORD);
      assertEquals(List.of(Kdc.full("alice")), script.initiators());
    }
  }

  @Test
  void theRealmOfUsersWithoutOneMayBeSet() throws Exception {
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = offering("GSSAPI", script)) {
      Program program = Program.withGssapi().set("sasl.realm", Kdc.REALM);
      program.send(server, "alice", Kdc.PASSWORD);
      assertEquals(List.of(Kdc.full("alice")), script.initiators());
      program.set("sasl.realm", "OTHER.TEST").failToSend(server, "alice", Kdc.PASSWORD);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "password"})
  void aPasswordIsAskedForOncePerSession(String credentials) throws Exception {
    AskedUser user = AskedUser.answering("bob", BOBS_PASSWORD);
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = offering("GSSAPI", script)) {
      Session session =
          Program.withGssapi()
              .set("sasl.spnego.credentials", credentials)
              .authenticator(user)
              .session();
      for (int connection = 1; connection <= 3; connection++) {
        try (Transport transport = session.getTransport("smtp")) {
          transport.connect("localhost", server.port(), "bob", null);
          Program.sendOver(transport, session);
        }
        assertEquals(1, user.questions());
        assertEquals(connection, server.connections());
      }
      String bob = Kdc.full("bob");
      assertEquals(List.of(bob, bob, bob), script.initiators());
    }
  }

  @Test
  void whoAnswersNothingLeavesItToTheTicketCache() throws Exception {
    AskedUser user = AskedUser.answeringNothing();
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = offering("GSSAPI", script)) {
      Program.withGssapi()
          .set("sasl.spnego.ticketcache", cache)
          .authenticator(user)
          .send(server, "bob", null);
      assertEquals(List.of(Kdc.full("alice")), script.initiators());
      assertEquals(1, user.questions());
      assertEquals(1, server.authLines().size());
    }
  }

  // Failures that a password does not mend.

  /**
   * A failure.
   *
   * @param name what fails
   * @param setting of the credentials; empty for the password of who is asked
   * @param offered what the server offers
   * @param script what it does with AUTH
   * @param reason how it ends
   * @param exchanges how many AUTH commands the server sees
   */
  private record Scenario(
      String name, String setting, String offered, Script script, Reason reason, int exchanges) {
    @Override
    public String toString() {
      return name + (setting.isEmpty() ? ", a password" : ", " + setting);
    }
  }

  static Stream<Scenario> scenarios() {
    Script unproved = AuthScripts.answeringToken("235 2.7.0 Authentication successful");
    Script refusing = AuthScripts.answeringToken("535 5.7.8 Authentication failed");
    Script troubled = AuthScripts.answeringToken("454 4.7.0 Temporary failure");
    return Stream.of("keytab", "ticketcache", "")
        .flatMap(
            setting ->
                Stream.of(
                    new Scenario(
                        "no proof", setting, "GSSAPI", unproved, Reason.NO_SERVER_PROOF, 1),
                    new Scenario("refused", setting, "GSSAPI", refusing, Reason.SERVER_REFUSED, 1),
                    new Scenario("trouble", setting, "GSSAPI", troubled, Reason.SERVER_TROUBLE, 1),
                    new Scenario(
                        "not offered", setting, "LOGIN", unproved, Reason.NOT_OFFERED, 0)));
  }

  static Stream<Scenario> scenariosWithAPassword() {
    return scenarios().filter(scenario -> scenario.setting().isEmpty());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void aFailureThatNoPasswordMendsIsOneExchange(Scenario scenario) {
    String setting = scenario.setting();
    Program program =
        Program.withGssapi()
            .set("sasl.spnego.credentials", setting.isEmpty() ? "password" : setting)
            .set("sasl.spnego.keytab", keytab)
            .set("sasl.spnego.ticketcache", cache);
    assertOneFailure(program, scenario, null, setting.isEmpty() ? 1 : 0);
  }

  /** Jakarta Mail would ask for another one. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("scenariosWithAPassword")
  void aFailureWithThePasswordGivenIsOneExchange(Scenario scenario) {
    assertOneFailure(Program.withGssapi(), scenario, BOBS_PASSWORD, 1);
  }

  private static void assertOneFailure(
      Program program, Scenario scenario, @Nullable String password, int mostQuestions) {
    AskedUser user = AskedUser.answering("bob", BOBS_PASSWORD);
    try (ScriptedSmtpServer server = offering(scenario.offered(), scenario.script());
        LogRecorder log = LogRecorder.start()) {
      Program.Failure failure = program.authenticator(user).failToSend(server, "bob", password);
      assertEquals(scenario.reason(), failure.reason());
      assertEquals(scenario.exchanges(), server.authLines().size(), "exchanges");
      assertEquals(1, server.connections(), "connections");
      assertTrue(user.questions() <= mostQuestions, () -> user.questions() + " questions");
      assertEquals(1, log.warnings().size(), () -> "warnings: " + log.warnings());
    }
  }

  @Test
  void aKeytabThatIsNotThereIsTriedOnceAndNobodyIsAsked() {
    AskedUser user = AskedUser.answering("bob", BOBS_PASSWORD);
    try (ScriptedSmtpServer server = offering("GSSAPI", AuthScripts.accepting(acceptor));
        LogRecorder log = LogRecorder.start()) {
      Program.Failure failure =
          Program.withGssapi()
              .set("sasl.spnego.keytab", kdc.newFile("keytab").toString())
              .authenticator(user)
              .failToSend(server, "bob", null);
      assertEquals(Reason.KEYTAB, failure.reason());
      assertEquals(0, user.questions());
      assertEquals(1, log.warnings().size(), () -> "warnings: " + log.warnings());
      assertTrue(server.connections() <= 1, () -> server.connections() + " connections");
    }
  }

  @Test
  void aTargetNameThatDoesNotExistIsAskedForOnce() {
    AskedUser user = AskedUser.answering("bob", BOBS_PASSWORD);
    try (ScriptedSmtpServer server = offering("GSSAPI", AuthScripts.accepting(acceptor));
        LogRecorder log = LogRecorder.start()) {
      Program.Failure failure =
          Program.withGssapi()
              .set("sasl.spnego.spn", "smtp/nobody.example.test")
              .authenticator(user)
              .failToSend(server, "bob", BOBS_PASSWORD);
      assertEquals(Reason.SERVER_UNKNOWN, failure.reason());
      assertTrue(user.questions() <= 1, () -> user.questions() + " questions");
      assertEquals(1, log.warnings().size(), () -> "warnings: " + log.warnings());
      assertTrue(server.connections() <= 1, () -> server.connections() + " connections");
    }
  }

  // Failures that a password mends.

  /** That Jakarta Mail then asks is its own way, and it asks once. */
  @Test
  void aWrongPasswordIsAskedForAgainAtMostOnce() {
    kdc.add("given-wrongly", "her own secret");
    AskedUser user = AskedUser.answering("given-wrongly", "another guess");
    try (ScriptedSmtpServer server = offering("GSSAPI", AuthScripts.accepting(acceptor));
        LogRecorder log = LogRecorder.start()) {
      Program.Failure failure =
          Program.withGssapi().authenticator(user).failToSend(server, "given-wrongly", "a guess");
      assertEquals(Reason.WRONG_PASSWORD, failure.reason());
      assertTrue(user.questions() <= 1, () -> user.questions() + " questions");
      int warnings = log.warnings().size();
      assertTrue(warnings >= 1 && warnings <= 1 + user.questions(), () -> "" + log.warnings());
      assertEquals(List.of(), server.authLines());
    }
  }

  @Test
  void aWrongAnswerIsAskedForOnce() {
    kdc.add("answering-wrongly", "her own secret");
    AskedUser user = AskedUser.answering("answering-wrongly", "a guess");
    try (ScriptedSmtpServer server = offering("GSSAPI", AuthScripts.accepting(acceptor));
        LogRecorder log = LogRecorder.start()) {
      Program.Failure failure =
          Program.withGssapi().authenticator(user).failToSend(server, "answering-wrongly", null);
      assertEquals(Reason.WRONG_PASSWORD, failure.reason());
      assertEquals(1, user.questions());
      assertEquals(1, log.warnings().size(), () -> "" + log.warnings());
    }
  }
}
