package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.KdcProxy;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.AuthenticationFailedException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "cyrusAd"})
  void aServiceSendsAsAUserWhoGaveItNoTicket(String listener) throws Exception {
    service("svc-web", listener).spnego("impersonate", "alice@AD.LAB.TEST").send();
    String mail = PEERS.delivered().toLowerCase(Locale.ROOT);
    assertTrue(mail.contains("(authenticated sender: alice@ad.lab.test)"), mail);
  }

  @Test
  void theExampleSendsAsAUserWhoGaveItNoTicket() {
    List<String> command =
        ExampleJvm.command(
            "SendMailAsSignedInUser",
            "java.security.krb5.conf=" + PEERS.file("krb5.conf"),
            "jdk.net.hosts.file=src/test/peers/hosts",
            "mail.smtp.host=" + HOST,
            "mail.smtp.port=" + PEERS.port("smtp"),
            "keytab=" + PEERS.file("ad-users.keytab"),
            "principal=svc-web@AD.LAB.TEST",
            "user=alice@AD.LAB.TEST",
            "from=alice@example.test",
            "to=bob@example.test");
    Command.run(PEERS.environment(), "", command).orFail();
    String mail = PEERS.delivered().toLowerCase(Locale.ROOT);
    assertTrue(mail.contains("(authenticated sender: alice@ad.lab.test)"), mail);
  }

  @Test
  void usersAreKeptApart() throws Exception {
    for (String user : List.of("alice", "grace", "alice@ad.lab.test", "ad.lab.test\\grace")) {
      PEERS.reset();
      Mailer mailer = service("svc-web", "smtp").spnego("impersonate", user);
      mailer.with("mail.smtp.sasl.realm", "AD.LAB.TEST").send();
      String mail = PEERS.delivered().toLowerCase(Locale.ROOT);
      String name = user.contains("grace") ? "grace" : "alice";
      assertTrue(mail.contains("(authenticated sender: " + name + "@ad.lab.test)"), mail);
    }
  }

  @Test
  void ticketsAreKeptForEachServiceAndUser() throws Exception {
    Matcher realm =
        Pattern.compile("(AD\\.LAB\\.TEST = \\{\\s+kdc = 127\\.0\\.0\\.1:)(\\d+)")
            .matcher(Files.readString(PEERS.file("krb5.conf")));
    assertTrue(realm.find());
    try (KdcProxy kdc = KdcProxy.to(Integer.parseInt(realm.group(2)))) {
      String counted = realm.replaceFirst("$1" + kdc.port());
      PEERS.configure(Files.writeString(PEERS.newFile("krb5.conf"), counted));
      SpnegoProvider.logout();
      for (String user : List.of("alice", "grace", "alice", "grace", "alice")) {
        service("svc-web", "smtp").spnego("impersonate", user + "@AD.LAB.TEST").send();
      }
      assertEquals(
          2 * 2, kdc.tgsRequests(), "for each user one for the service, one for the server");
    } finally {
      PEERS.configure(PEERS.file("krb5.conf"));
    }
  }

  @Test
  void aServiceThatTheDomainControllerDoesNotTrustIsToldSo() {
    SpnegoException cause = refusal(service("svc-other", "smtp"), "alice@AD.LAB.TEST");
    assertTrue(cause.reason() == Reason.IMPERSONATION, cause.getMessage());
    assertTrue(cause.getMessage().contains("svc-other@AD.LAB.TEST"), cause.getMessage());
  }

  @Test
  void aServerThatTheServiceMayNotDelegateToIsToldSo() {
    Mailer mailer = service("svc-web", "smtp").spnego("spn", "HTTP/other@AD.LAB.TEST");
    SpnegoException cause = refusal(mailer, "alice@AD.LAB.TEST");
    assertTrue(cause.reason() == Reason.IMPERSONATION, cause.getMessage());
    assertTrue(cause.getMessage().contains("HTTP/other@AD.LAB.TEST"), cause.getMessage());
  }

  @Test
  void aUserWhomTheDomainControllerDoesNotKnowIsToldSo() {
    SpnegoException cause = refusal(service("svc-web", "smtp"), "nobody@AD.LAB.TEST");
    assertTrue(cause.reason() == Reason.CLIENT_UNKNOWN, cause.getMessage());
    assertTrue(cause.getMessage().contains("nobody@AD.LAB.TEST"), cause.getMessage());
  }

  private static SpnegoException refusal(Mailer mailer, String user) {
    mailer.spnego("impersonate", user);
    AuthenticationFailedException failure =
        assertThrows(AuthenticationFailedException.class, mailer::send);
    return assertInstanceOf(SpnegoException.class, failure.getCause());
  }

  private static Mailer service(String account, String listener) {
    return to(PEERS.port(listener))
        .spnego("keytab", PEERS.file("ad-users.keytab"))
        .spnego("principal", account + "@AD.LAB.TEST");
  }

  private static Mailer to(int port) {
    return Mailer.to(port).with("mail.smtp.host", HOST);
  }
}
