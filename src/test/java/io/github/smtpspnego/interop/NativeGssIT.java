package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
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

  private static Path expired() throws InterruptedException {
    Path cache = PEERS.kinit("alice", Peers.PASSWORD, "-l", "1s");
    Thread.sleep(2000);
    return cache;
  }

  private static Command send(int port, Map<String, String> environment, String credentials) {
    return send(port, environment, credentials, "smtp");
  }

  private static Command send(
      int port, Map<String, String> environment, String credentials, String service) {
    String[] properties = {
      "sun.security.jgss.native=true",
      "mail.smtp.host=localhost",
      "mail.smtp.port=" + port,
      "mail.smtp.sasl.spnego.credentials=" + credentials,
      "mail.smtp.sasl.spnego.service=" + service,
      "from=alice@example.test",
      "to=bob@example.test"
    };
    List<String> command = ExampleJvm.command("SendMail", properties);
    return Command.run(environment, "", command);
  }
}
