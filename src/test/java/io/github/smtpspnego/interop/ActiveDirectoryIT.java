package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.AuthenticationFailedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tickets of an Active Directory domain (Samba's), with the PAC that says what groups a user is in:
 * alice is in few, grace in 300.
 */
class ActiveDirectoryIT {
  private static final Peers PEERS = Peers.shared();
  private static final String HOST = "mail.ad.lab.test";

  /** Postfix's line_length_limit. */
  private static final int POSTFIX_LINE = 2048;

  private static final Map<String, Source.Account> USERS = new HashMap<>();

  @BeforeAll
  static void start() {
    PEERS.need("samba");
    for (String name : List.of("alice", "grace")) {
      String principal = name + "@AD.LAB.TEST";
      USERS.put(
          name,
          new Source.Account(
              principal, PEERS.kinit(principal, Peers.PASSWORD), PEERS.file("ad-users.keytab")));
    }
  }

  @BeforeEach
  void reset() {
    PEERS.reset();
  }

  static Stream<Arguments> matrix() {
    List<Arguments> cells = new ArrayList<>();
    for (String listener : List.of("smtp", "cyrusAd")) {
      for (String user : List.of("alice", "grace")) {
        for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
          for (Source source : Source.values()) {
            cells.add(Arguments.of(listener, user, mechanism, source));
          }
        }
      }
    }
    return cells.stream();
  }

  /** Postfix's listener smtp asks Dovecot, the listener cyrusAd Cyrus SASL. */
  @ParameterizedTest
  @MethodSource("matrix")
  void mailIsDelivered(String listener, String user, String mechanism, Source source) {
    Mailer mailer = to(PEERS.port(listener)).with("mail.smtp.sasl.mechanisms", mechanism);
    assertDoesNotThrow(
        () -> source.send(mailer, USERS.get(user)),
        () -> String.join(", ", listener, user, mechanism, source.name()));
    String mail = PEERS.delivered();
    String sender = "(authenticated sender: " + user + "@ad.lab.test)";
    assertTrue(mail.toLowerCase(Locale.ROOT).contains(sender), mail);
  }

  @Test
  void theLineOfAUserInManyGroupsIsLongerThanPostfixReads() throws Exception {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(smtp -> smtp.reply("535 5.7.8 No"))
            .start()) {
      Mailer mailer = to(server.port()).spnego("initialresponse", "always");
      assertThrows(
          AuthenticationFailedException.class,
          () -> Source.TICKET_CACHE.send(mailer, USERS.get("grace")));
      assertTrue(server.longestClientLine() > 2 * POSTFIX_LINE, server.longestClientLine() + "");
    }
  }

  @Test
  void whereTheTokenIsInTheAuthLineTheFailureSaysToSendItLater() {
    Mailer mailer = to(PEERS.port("smtp")).spnego("initialresponse", "always");
    AuthenticationFailedException failure =
        assertThrows(
            AuthenticationFailedException.class,
            () -> Source.TICKET_CACHE.send(mailer, USERS.get("grace")));
    SpnegoException cause = assertInstanceOf(SpnegoException.class, failure.getCause());
    assertTrue(cause.getMessage().contains("initialresponse=never"), cause.getMessage());
    assertTrue(cause.reason() == Reason.SERVER_REFUSED, cause.reason()::name);
  }

  private static Mailer to(int port) {
    return Mailer.to(port).with("mail.smtp.host", HOST);
  }
}
