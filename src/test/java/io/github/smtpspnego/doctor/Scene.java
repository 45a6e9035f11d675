package io.github.smtpspnego.doctor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;

/** A KDC with a ticket and a keytab, mail servers, and the doctor with their options. */
final class Scene {
  static final Kdc KDC = Kdc.shared();
  static final Path CACHE = KDC.ticketCache("alice", Kdc.PASSWORD);
  static final Path SERVER_KEYTAB = KDC.keytab("smtp/localhost");
  static final Subject ACCEPTOR = KDC.acceptor("smtp/localhost", SERVER_KEYTAB);

  private Scene() {}

  static MailServer mailServer() {
    return MailServer.start(Map.of("mail.smtp.sasl.spnego.keytab", SERVER_KEYTAB.toString()));
  }

  static ScriptedSmtpServer offeringGssapi(Script auth) {
    return ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(auth).start();
  }

  static List<String> options(int port, String... more) {
    List<String> options = new ArrayList<>(List.of(more));
    options.add("--port=" + port);
    if (options.stream().noneMatch(option -> option.startsWith("--host="))) {
      options.add("--host=localhost");
    }
    return options;
  }

  static Diagnosis diagnose(int port, String... more) {
    return Diagnosis.of(Map.of(), options(port, more));
  }

  static Diagnosis withTicket(int port, String... more) {
    List<String> options = options(port, more);
    options.add("--ticketcache=" + CACHE);
    return Diagnosis.of(Map.of(), options);
  }

  /** Whatever was sent as a token, in the AUTH line or after it, is nowhere in the report. */
  static void assertNoToken(List<String> dialogue, String report) {
    List<String> tokens =
        dialogue.stream()
            .flatMap(line -> Arrays.stream(line.split(" ", -1)))
            .filter(word -> word.length() >= 24 && word.matches("[A-Za-z0-9+/]+=*"))
            .toList();
    assertFalse(tokens.isEmpty());
    tokens.forEach(token -> assertFalse(report.contains(token.substring(0, 24)), token));
  }

  static int unusedPort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  static void says(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
    }
  }
}
