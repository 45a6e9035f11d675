package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Tokens;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Folder;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jakarta Mail reads alice's mail from Dovecot; its IMAP asks the security provider for SASL. */
class ImapIT {
  private static final Peers PEERS = Peers.shared();

  private static Path ticketCache;
  private static Path keytab;

  @BeforeAll
  static void start() {
    PEERS.need("dovecot");
    ticketCache = PEERS.kinit("alice", Peers.PASSWORD);
    keytab = PEERS.keytab("alice");
  }

  static Stream<Arguments> matrix() {
    List<Arguments> cells = new ArrayList<>();
    for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
      for (Source source : Source.values()) {
        cells.add(Arguments.of(mechanism, source));
      }
    }
    return cells.stream();
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void mailIsRead(String mechanism, Source source) throws Exception {
    Peers.Log log = PEERS.log("dovecot-mail.log");
    Properties properties = imap(mechanism);
    switch (source) {
      case TICKET_CACHE ->
          properties.setProperty("mail.imap.sasl.spnego.ticketcache", ticketCache.toString());
      case KEYTAB -> {
        properties.setProperty("mail.imap.sasl.spnego.keytab", keytab.toString());
        properties.setProperty("mail.imap.sasl.spnego.principal", "alice");
      }
      case PASSWORD -> {} // it is given below
    }
    String password = source == Source.PASSWORD ? Peers.PASSWORD : "";
    ByteArrayOutputStream dialogue = new ByteArrayOutputStream();
    assertDoesNotThrow(
        () -> assertEquals("Waiting", subject(properties, password, dialogue)),
        () -> mechanism + ", " + source);
    log.await("Login: user=<alice@example.test>, method=" + mechanism);
    assertSpnego(dialogue.toString(StandardCharsets.UTF_8), mechanism);
  }

  /** Dovecot as it is by default takes no other; here it takes any that it has a key for. */
  @ParameterizedTest
  @ValueSource(strings = {"by default", "imap"})
  void theTicketIsForTheServiceImap(String service) throws Exception {
    Peers.Log kdc = PEERS.log("kdc.log");
    Properties properties = imap("GSSAPI");
    Path fresh = PEERS.kinit("alice", Peers.PASSWORD);
    properties.setProperty("mail.imap.sasl.spnego.ticketcache", fresh.toString());
    if (!service.equals("by default")) {
      properties.setProperty("mail.imap.sasl.spnego.service", service);
    }
    assertEquals("Waiting", subject(properties, "", new ByteArrayOutputStream()));
    kdc.await("for imap/localhost@EXAMPLE.TEST");
  }

  /** Its own mechanisms are all that it has, so that there is nobody to ask us. */
  @Test
  void angusMailsPop3HasNoSasl() {
    Properties properties = new Properties();
    properties.setProperty("mail.pop3.host", "localhost");
    properties.setProperty("mail.pop3.port", Integer.toString(PEERS.port("pop3")));
    properties.setProperty("mail.pop3.sasl.enable", "true");
    properties.setProperty("mail.pop3.sasl.mechanisms", "GSSAPI");
    properties.setProperty("mail.pop3.auth.mechanisms", "GSSAPI");
    properties.setProperty("mail.pop3.sasl.spnego.enable", "true");
    properties.setProperty("mail.pop3.sasl.spnego.ticketcache", ticketCache.toString());
    AuthenticationFailedException failure =
        assertThrows(
            AuthenticationFailedException.class,
            () -> {
              try (Store store = Session.getInstance(properties).getStore("pop3")) {
                store.connect("alice", "");
              }
            });
    assertEquals(
        "No authentication mechanisms supported by both server and client", failure.getMessage());
  }

  private static Properties imap(String mechanism) {
    Properties properties = new Properties();
    properties.setProperty("mail.imap.host", "localhost");
    properties.setProperty("mail.imap.port", Integer.toString(PEERS.port("imap")));
    properties.setProperty("mail.imap.connectiontimeout", "30000");
    properties.setProperty("mail.imap.timeout", "30000");
    properties.setProperty("mail.imap.sasl.enable", "true");
    properties.setProperty("mail.imap.sasl.mechanisms", mechanism);
    properties.setProperty("mail.imap.sasl.spnego.enable", "true");
    properties.setProperty("mail.debug.auth", "true");
    return properties;
  }

  /** The subject of the first mail of the inbox. */
  private static String subject(
      Properties properties, String password, ByteArrayOutputStream dialogue)
      throws MessagingException {
    Session session = Session.getInstance(properties);
    session.setDebug(true);
    session.setDebugOut(new PrintStream(dialogue, true, StandardCharsets.UTF_8));
    try (Store store = session.getStore("imap")) {
      store.connect("alice", password);
      try (Folder inbox = store.getFolder("INBOX")) {
        inbox.open(Folder.READ_ONLY);
        return inbox.getMessage(1).getSubject();
      }
    }
  }

  /** The JDK's client sends raw Kerberos under the one name, and nothing under the other. */
  private static void assertSpnego(String dialogue, String mechanism) {
    String command = "AUTHENTICATE " + mechanism + " ";
    int start = dialogue.indexOf(command);
    assertTrue(start >= 0, dialogue);
    String token = dialogue.substring(start + command.length()).lines().findFirst().orElseThrow();
    // RFC 2743 section 3.1: the mechanism comes right after two lengths.
    byte[] octets = Base64.getDecoder().decode(token.strip());
    String beginning = HexFormat.of().formatHex(octets, 0, 16);
    assertTrue(beginning.contains("06062b0601050502"), Tokens.SPNEGO + ": " + beginning);
  }
}
