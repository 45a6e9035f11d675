package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Mailer;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our server takes raw Kerberos from curl, and SPNEGO beside it. */
class CurlIT {
  private static final Peers PEERS = Peers.shared();
  private static final String FROM_ALICE = "Mail from alice@EXAMPLE.TEST to [bob@example.test]";

  private static Path alice;
  private static OurServer server;

  @BeforeAll
  static void start() {
    alice = PEERS.kinit("alice", Peers.PASSWORD);
    server = OurServer.start(PEERS);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void curlAndJakartaMailSendToOneServer() throws IOException, MessagingException {
    Command curl = curl(server.port(), "alice@" + Peers.REALM + ":");
    assertEquals(0, curl.exitCode(), curl.output());
    server.awaitLine(FROM_ALICE);
    Mailer.to(server.port()).spnego("ticketcache", alice).send();
    server.awaitLine(FROM_ALICE);
    assertEquals(0, curl(server.port(), "alice@" + Peers.REALM + ":").exitCode());
    server.awaitLine(FROM_ALICE);
  }

  /** RFC 4954 section 4: 334 and base64 until 235; a token, an empty line or base64 from curl. */
  @Test
  void rfc4954Section4TheTranscript() throws IOException {
    List<String> lines = transcript(curl(server.port(), "alice@" + Peers.REALM + ":").output());
    int auth = lines.stream().map(line -> line.startsWith("> AUTH ")).toList().indexOf(true);
    int end = lines.stream().map(line -> line.startsWith("> MAIL ")).toList().indexOf(true);
    List<String> exchange = new ArrayList<>(lines.subList(auth, end));
    assertTrue(exchange.remove(0).matches("> AUTH GSSAPI( [A-Za-z0-9+/]+=*)?"), lines::toString);
    assertEquals("< 235 2.7.0 Authentication successful", exchange.remove(exchange.size() - 1));
    for (int i = 0; i < exchange.size(); i++) {
      String expected = i % 2 == 0 ? "< 334 [A-Za-z0-9+/]*=*" : "> ?[A-Za-z0-9+/]*=*";
      assertTrue(exchange.get(i).matches(expected), exchange.get(i));
    }
    assertTrue(lines.stream().anyMatch("< 250 AUTH GSSAPI GSS-SPNEGO"::equals), lines::toString);
    assertTrue(lines.get(end + 1).startsWith("< 250"), lines::toString);
  }

  @Test
  void withoutATicketCurlIsNotLetIn() throws IOException {
    Command curl = curl(server.port(), null);
    assertEquals(55, curl.exitCode(), curl.output()); // the server refused a command
    assertTrue(curl.output().contains("530 5.7.0"), curl.output());
  }

  @Test
  void onSigtermTheServerEndsAndLeavesItsPort() throws Exception {
    try (OurServer other = OurServer.start(PEERS)) {
      assertEquals(0, curl(other.port(), "alice@" + Peers.REALM + ":").exitCode());
      assertEquals(128 + 15, other.terminate());
      try (ServerSocket again = new ServerSocket()) {
        again.setReuseAddress(true); // connections of before are in TIME_WAIT
        again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()));
      }
    }
  }

  private static Command curl(int port, String user) throws IOException {
    Path mail = PEERS.newFile("mail");
    Files.writeString(
        mail,
        "From: alice@example.test\r\nTo: bob@example.test\r\nSubject: A mail\r\n\r\nHello\r\n");
    List<String> command =
        new ArrayList<>(
            List.of("curl", "-sv", "--max-time", "20", "--mail-from", "alice@example.test"));
    command.addAll(List.of("--mail-rcpt", "bob@example.test", "-T", mail.toString()));
    if (user != null) {
      command.addAll(List.of("--login-options", "AUTH=GSSAPI", "-u", user));
    }
    command.add("smtp://localhost:" + port);
    return Command.run(PEERS.environment(alice), "", command);
  }

  private static List<String> transcript(String output) {
    return output.lines().filter(line -> line.startsWith("> ") || line.startsWith("< ")).toList();
  }
}
