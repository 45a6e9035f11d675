package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code mail.debug=true} shows of an exchange: that it takes place, and no token, as with
 * Angus Mail's own transport. {@code mail.debug.auth=true} shows the tokens.
 */
class DebugOutputIT {
  private static final String BOBS_PASSWORD = "bob's own secret";

  /** A line of base64; the shortest token of Kerberos has hundreds of octets. */
  private static final Predicate<String> TOKEN =
      Pattern.compile("[A-Za-z0-9+/]{60,}").asPredicate();

  private static AuthScripts.Acceptor accepting;
  private static String cache;

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    accepting = AuthScripts.accepting(kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost")));
    cache = kdc.ticketCache("alice", Kdc.PASSWORD).toString();
  }

  /** Sends a mail, and gives what the Session prints meanwhile. */
  private static List<String> printed(Program program, String user, String password)
      throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(accepting)
            .mustAuthenticate()
            .start()) {
      Session session = program.session();
      session.setDebugOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      session.setDebug(true);
      try (Transport transport = session.getTransport("smtp")) {
        transport.connect("localhost", server.port(), user, password);
        Program.sendOver(transport, session);
      }
      assertEquals(1, server.mails().size());
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static Program withTicket() {
    return Program.withGssapi().set("sasl.spnego.ticketcache", cache);
  }

  private static void assertNone(List<String> lines, Predicate<String> shown) {
    assertEquals(List.of(), lines.stream().filter(shown).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "always", "never"})
  void noTokenIsPrinted(String initialResponse) throws Exception {
    List<String> lines =
        printed(withTicket().set("sasl.spnego.initialresponse", initialResponse), "alice", null);
    assertNone(lines, TOKEN);
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("MAIL FROM")), "what follows is");
  }

  @Test
  void tokensArePrintedWhereTheyAreAskedFor() throws Exception {
    List<String> lines = printed(withTicket().property("mail.debug.auth", "true"), "alice", null);
    assertFalse(lines.stream().noneMatch(TOKEN), lines::toString);
  }

  @Test
  void aPasswordIsPrintedNowhere() throws Exception {
    try (LogRecorder log = LogRecorder.start()) {
      Program program = Program.withGssapi().property("mail.debug.auth", "true");
      List<String> lines = printed(program, "bob", BOBS_PASSWORD);
      assertNone(lines, line -> line.contains(BOBS_PASSWORD));
      assertNone(log.debugs(), line -> line.contains(BOBS_PASSWORD));
    }
  }

  @Test
  void theLibrarysOwnLogHoldsNoToken() throws Exception {
    try (LogRecorder log = LogRecorder.start()) {
      printed(withTicket(), "alice", null);
      assertFalse(log.debugs().isEmpty());
      assertNone(log.debugs(), TOKEN);
    }
  }

  /** Angus Mail logs what it traces under the name of the transport's package. */
  @Test
  void atLevelAllTheLogHoldsNoToken() throws Exception {
    Logger logger = Logger.getLogger("io.github.smtpspnego.mail.protocol");
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler =
        new StreamHandler() {
          @Override
          public synchronized void publish(LogRecord line) {
            lines.add(line.getMessage());
          }
        };
    logger.setLevel(Level.ALL);
    logger.addHandler(handler);
    try {
      printed(withTicket(), "alice", null);
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(null);
    }
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("MAIL FROM")), lines::toString);
    assertNone(lines, TOKEN);
    assertEquals(null, logger.getFilter());
  }
}
