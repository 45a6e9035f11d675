package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.credentials.InitiatorProgram;
import io.github.smtpspnego.support.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client over MIT's library (libgssapi_krb5) instead of the JDK's own Kerberos. */
class NativeGssIT {
  private static final Peers PEERS = Peers.shared();

  private static Path alice;

  @BeforeAll
  static void logIn() {
    alice = PEERS.kinit("alice", Peers.PASSWORD);
  }

  @BeforeEach
  void reset() {
    PEERS.reset();
  }

  @ParameterizedTest
  @ValueSource(strings = {"native", "auto"})
  void mailIsDeliveredByPostfix(String credentials) {
    Command sent = send(PEERS.port("smtp"), PEERS.environment(alice), credentials);
    assertEquals(0, sent.exitCode(), sent.output());
    String mail = PEERS.delivered();
    assertTrue(mail.contains("(Authenticated sender: alice"), mail);
  }

  @Test
  void mailIsTakenByOurServer() {
    try (OurServer server = OurServer.start(PEERS)) {
      Command sent = send(server.port(), PEERS.environment(alice), "native");
      assertEquals(0, sent.exitCode(), sent.output());
      server.awaitLine("Mail from alice@EXAMPLE.TEST to [bob@example.test]");
    }
  }

  /** The library gives texts without numbers. */
  @ParameterizedTest
  @CsvSource({
    "none, smtp, no-credentials",
    "expired, smtp, ticket-expired",
    "valid, ldap, server-unknown",
  })
  void theReasonOfAFailureIsFound(String ticket, String service, String anchor)
      throws InterruptedException {
    Path cache =
        switch (ticket) {
          case "none" -> PEERS.newFile("nothing");
          case "expired" -> expired();
          default -> alice;
        };
    Command sent = send(PEERS.port("smtp"), PEERS.environment(cache), "native", service);
    assertEquals(1, sent.exitCode(), sent.output());
    assertTrue(sent.output().contains("TROUBLESHOOTING.md#" + anchor), sent.output());
  }

  /** Each would else end as somebody whom nobody named, or in a message that helps nobody. */
  @ParameterizedTest
  @ValueSource(
      strings = {"keytab", "password", "jaasentry", "ticketcache", "Subject", "Subject, auto"})
  void whatTheLibraryDoesNotTakeFailsAtOnceAndSaysWhatToDo(String source) {
    List<String> settings = new ArrayList<>();
    String holds = "nothing";
    switch (source) {
      case "keytab" -> settings.add("keytab=" + PEERS.keytab("alice"));
      case "jaasentry" -> settings.add("jaasentry=mailer");
      case "ticketcache" -> settings.add("ticketcache=" + PEERS.kinit("alice", Peers.PASSWORD));
      case "password" -> holds = "password";
      case "Subject" -> {
        settings.add("credentials=subject");
        holds = "valid-tgt";
      }
      default -> holds = "valid-tgt";
    }
    String output = token(PEERS.environment(alice), settings, holds);
    assertTrue(output.contains("TROUBLESHOOTING.md#native-gss"), output);
    assertTrue(output.contains("KRB5CCNAME"), output);
    assertTrue(output.contains("KRB5_CLIENT_KTNAME"), output);
    assertTrue(output.contains("mail.smtp.sasl.spnego.credentials=native"), output);
  }

  @Test
  void theTicketCacheThatKrb5ccnameNamesMayBeSetToo() {
    for (String name : List.of("" + alice, "FILE:" + alice)) {
      assertToken(PEERS.environment(alice), List.of("ticketcache=" + name), "nothing");
    }
  }

  @ParameterizedTest
  @CsvSource({"native, expired-tgt", "native, valid-tgt", "auto, expired-tgt", "auto, nothing"})
  void theThreadsSubjectDoesNotInterfere(String credentials, String holds) {
    assertToken(PEERS.environment(alice), List.of("credentials=" + credentials), holds);
  }

  @ParameterizedTest
  @CsvSource({"native, alice", "native, alice@EXAMPLE.TEST", "auto, alice"})
  void thePrincipalMayBeNamed(String credentials, String principal) {
    List<String> settings = List.of("credentials=" + credentials, "principal=" + principal);
    assertToken(PEERS.environment(alice), settings, "nothing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bob", "bob@EXAMPLE.TEST", "alice@OTHER.TEST"})
  void anotherPrincipalThanTheLibrarysIsAFailureThatNamesBoth(String principal) {
    String output = token(PEERS.environment(alice), List.of("principal=" + principal), "nothing");
    assertTrue(output.contains("TROUBLESHOOTING.md#no-credentials"), output);
    assertTrue(output.contains("credentials of " + principal + ":"), output);
    assertTrue(output.contains("alice@EXAMPLE.TEST"), output);
  }

  @Test
  void aPrincipalThatTheLibraryKnowsNothingOfIsToldSo() {
    Map<String, String> environment = PEERS.environment(PEERS.newFile("nothing"));
    String output = token(environment, List.of("principal=alice"), "nothing");
    assertTrue(output.contains("TROUBLESHOOTING.md#no-credentials"), output);
  }

  /** The second is not the library's default: it is acquired by its name. */
  @ParameterizedTest
  @CsvSource({"'', alice", "bob, bob"})
  void theLibraryLogsInFromAKeytabByItself(String principal, String sender) {
    PEERS.kadmin("addprinc -randkey bob");
    Map<String, String> environment = new HashMap<>(PEERS.environment(PEERS.newFile("nothing")));
    environment.put("KRB5_CLIENT_KTNAME", PEERS.keytab("alice", "bob").toString());
    Command sent =
        send(
            PEERS.port("smtp"),
            environment,
            "auto",
            "smtp",
            "mail.smtp.sasl.spnego.principal=" + principal);
    assertEquals(0, sent.exitCode(), sent.output());
    String mail = PEERS.delivered();
    assertTrue(mail.contains("(Authenticated sender: " + sender), mail);
  }

  @Test
  void aLibraryThatIsNotThereIsToldSo() {
    String output =
        token(
            PEERS.environment(alice),
            List.of("credentials=native"),
            "nothing",
            "sun.security.jgss.lib=/no/such/library.so");
    assertTrue(output.contains("TROUBLESHOOTING.md#native-gss"), output);
    assertTrue(output.contains("cannot be loaded"), output);
  }

  @Test
  void ourServerReadsTicketsWithTheLibrarysKeytab() {
    String output = talk("credentials=native", "principal=*");
    assertTrue(output.contains("In: alice@EXAMPLE.TEST"), output);
  }

  @ParameterizedTest
  @CsvSource({
    "credentials=native, cannot be told apart",
    "credentials=auto, cannot be told apart",
    "keytab=/etc/smtp.keytab, uses its own keytab alone",
  })
  void ourServerRefusesWhatTheLibraryCannotGiveItAndSaysWhatToDo(String setting, String said) {
    String output = talk(setting);
    assertTrue(output.contains(said), output);
    assertTrue(output.contains("TROUBLESHOOTING.md#acceptor-credentials"), output);
  }

  private static String talk(String... settings) {
    Map<String, String> environment = new HashMap<>(PEERS.environment(alice));
    environment.put("KRB5_KTNAME", PEERS.file("smtp.keytab").toString());
    List<String> properties =
        List.of(
            "sun.security.jgss.native=true", "java.security.krb5.conf=" + PEERS.file("krb5.conf"));
    ChildJvm.Outcome outcome =
        ChildJvm.run(NativeDialogue.class, environment, properties, settings);
    assertTrue(outcome.ended(), outcome::output);
    return outcome.output();
  }

  private static void assertToken(
      Map<String, String> environment, List<String> settings, String holds) {
    String output = token(environment, settings, holds);
    assertTrue(output.contains("A token of "), output);
  }

  /** What a program says that makes a first token, in a Subject that holds something. */
  private static String token(
      Map<String, String> environment, List<String> settings, String holds, String... more) {
    List<String> properties = new ArrayList<>(List.of(more));
    properties.add("sun.security.jgss.native=true");
    properties.add("java.security.krb5.conf=" + PEERS.file("krb5.conf"));
    settings.forEach(setting -> properties.add("mail.smtp.sasl.spnego." + setting));
    ChildJvm.Outcome outcome =
        ChildJvm.run(InitiatorProgram.class, environment, properties, holds, "1");
    assertTrue(outcome.ended(), outcome::output);
    return outcome.output();
  }

  private static Path expired() throws InterruptedException {
    Path cache = PEERS.kinit("alice", Peers.PASSWORD, "-l", "1s");
    Thread.sleep(2000);
    return cache;
  }

  private static Command send(int port, Map<String, String> environment, String credentials) {
    return send(port, environment, credentials, "smtp");
  }

  private static Command send(
      int port,
      Map<String, String> environment,
      String credentials,
      String service,
      String... more) {
    List<String> properties = new ArrayList<>(List.of(more));
    Collections.addAll(
        properties,
        "sun.security.jgss.native=true",
        "mail.smtp.host=localhost",
        "mail.smtp.port=" + port,
        "mail.smtp.sasl.spnego.credentials=" + credentials,
        "mail.smtp.sasl.spnego.service=" + service,
        "from=alice@example.test",
        "to=bob@example.test");
    List<String> command = ExampleJvm.command("SendMail", properties.toArray(String[]::new));
    return Command.run(environment, "", command);
  }
}
