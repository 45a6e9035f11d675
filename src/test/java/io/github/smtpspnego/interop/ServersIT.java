package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.support.Mailer;
import jakarta.mail.MessagingException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Jakarta Mail sends through mail servers and SASL libraries that others wrote. */
class ServersIT {
  private static final Peers PEERS = Peers.shared();

  private static Source.Account alice;

  @BeforeAll
  static void logIn() {
    alice =
        new Source.Account("alice", PEERS.kinit("alice", Peers.PASSWORD), PEERS.keytab("alice"));
  }

  /**
   * A mail server, and the library that authenticates its clients.
   *
   * @param name for reports
   * @param server what peers.sh calls it; empty where it is always started
   * @param port the name of its port
   * @param log its log
   * @param proof what it logs of a client, with the mechanism as %1$s, or as %2$s without a hyphen
   */
  record MailPeer(String name, String server, String port, String log, String proof) {
    void start() {
      if (!server.isEmpty()) {
        PEERS.need(server);
      }
    }

    void awaitProof(Peers.Log log, String mechanism) {
      log.await(String.format(proof, mechanism, mechanism.replace('-', '_')));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<MailPeer> servers() {
    String postfix = "sasl_method=%1$s, sasl_username=alice";
    String exim = "A=%2$s:alice";
    return List.of(
        new MailPeer("Postfix with Dovecot", "", "smtp", "postfix.log", postfix),
        new MailPeer("Postfix with Cyrus SASL", "", "cyrus", "postfix.log", postfix),
        new MailPeer("Exim with Dovecot", "exim", "exim-dovecot", "exim-dovecot-main.log", exim),
        new MailPeer("Exim with Cyrus SASL", "exim", "exim-cyrus", "exim-cyrus-main.log", exim),
        // It takes mail from alice only.
        new MailPeer(
            "sendmail with Cyrus SASL",
            "sendmail",
            "sendmail",
            "sendmail.log",
            "Message accepted for delivery"),
        new MailPeer(
            "Dovecot's submission service",
            "dovecot",
            "dovecotSubmission",
            "dovecot-mail.log",
            "Login: user=<alice@example.test>, method=%1$s"));
  }

  static Stream<Arguments> matrix() {
    List<Arguments> cells = new ArrayList<>();
    for (MailPeer server : servers()) {
      for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
        for (Source source : Source.values()) {
          cells.add(Arguments.of(server, mechanism, source));
        }
      }
    }
    return cells.stream();
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void mailIsTakenFromAlice(MailPeer server, String mechanism, Source source) {
    server.start();
    Peers.Log log = PEERS.log(server.log());
    Mailer mailer = Mailer.to(PEERS.port(server.port()));
    assertDoesNotThrow(
        () -> source.send(mailer.with("mail.smtp.sasl.mechanisms", mechanism), alice),
        () -> server + ", " + mechanism + ", " + source);
    server.awaitProof(log, mechanism);
  }

  @ParameterizedTest
  @MethodSource("servers")
  void withoutAuthenticationNoMailIsTaken(MailPeer server) {
    server.start();
    Mailer mailer =
        Mailer.to(PEERS.port(server.port()))
            .with("mail.smtp.auth", "false")
            .with("mail.smtp.sasl.enable", "false");
    assertThrows(MessagingException.class, mailer::send);
  }
}
