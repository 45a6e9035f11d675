package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.mail.SpnegoSMTPTransport;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jakarta Mail sends through Postfix, whose clients Dovecot authenticates. */
class PostfixIT {
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

  /** How a connection is protected, and what Postfix writes of it into the mail. */
  enum Protection {
    PLAIN("smtp", "with ESMTPA"),
    STARTTLS("submission", "with ESMTPSA"),
    SMTPS("smtps", "with ESMTPSA");

    private final String listener;
    private final String received;

    Protection(String listener, String received) {
      this.listener = listener;
      this.received = received;
    }

    Mailer mailer() {
      Mailer mailer = to(listener);
      return switch (this) {
        case PLAIN -> mailer;
        case STARTTLS ->
            mailer
                .with("mail.smtp.starttls.required", "true")
                .with("mail.smtp.ssl.socketFactory", PEERS.trustingOurAuthority());
        case SMTPS ->
            mailer
                .with("mail.smtp.ssl.enable", "true")
                .with("mail.smtp.ssl.socketFactory", PEERS.trustingOurAuthority());
      };
    }
  }

  static Stream<Arguments> matrix() {
    List<Arguments> cells = new ArrayList<>();
    for (String transport : List.of(SpnegoSMTPTransport.class.getName(), Mailer.ANGUS)) {
      for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
        for (Protection protection : Protection.values()) {
          for (String initialResponse : List.of("always", "never")) {
            cells.add(Arguments.of(transport, mechanism, protection, initialResponse));
          }
        }
      }
    }
    return cells.stream();
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void mailIsDelivered(
      String transport, String mechanism, Protection protection, String initialResponse)
      throws MessagingException {
    protection
        .mailer()
        .with("mail.smtp.class", transport)
        .with("mail.smtp.sasl.mechanisms", mechanism)
        .spnego("initialresponse", initialResponse)
        .send();
    String mail = PEERS.delivered();
    assertTrue(mail.contains("(Authenticated sender: alice"), mail);
    assertTrue(mail.contains(protection.received), mail);
    PEERS.logged("sasl_method=" + mechanism + ", sasl_username=alice");
  }

  @Test
  void withoutAuthenticationNothingIsDelivered() {
    Mailer mailer = to("smtp").with("mail.smtp.auth", "false").with("mail.smtp.sasl.enable", "");
    assertThrows(MessagingException.class, mailer::send);
    assertFalse(PEERS.hasMail());
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "wrongName"})
  void aCertificateThatIsNotTheServersStopsItBeforeAnythingIsSent(String listener) {
    Mailer mailer = to(listener).with("mail.smtp.starttls.required", "true");
    if (listener.equals("wrongName")) {
      mailer.with("mail.smtp.ssl.socketFactory", PEERS.trustingOurAuthority());
    } // and else the JVM's authorities, which do not know ours
    Throwable failure = assertThrows(MessagingException.class, mailer::send);
    while (failure.getCause() != null && !(failure instanceof SSLException)) {
      failure = failure.getCause();
    }
    assertInstanceOf(SSLException.class, failure);
    assertFalse(PEERS.logged("disconnect from").contains("auth="));
  }

  @Test
  void beforeTlsTheFailureSaysThatTlsIsMissing() {
    assertEquals(Reason.TLS_REQUIRED, failure(to("submission")).reason());
  }

  /** The name is twice in the token, in the ticket and beside it: 4 KB, as with 300 groups. */
  @Test
  void aTicketBeyondTheServersLineLimitIsDelivered() throws MessagingException {
    String longName = "a".repeat(1200);
    PEERS.kadmin("add_principal -pw " + Peers.PASSWORD + " " + longName);
    Mailer mailer = to("smtp").spnego("ticketcache", PEERS.kinit(longName, Peers.PASSWORD));
    mailer.send();
    assertTrue(PEERS.delivered().contains("(Authenticated sender: aaaa"));
    SpnegoException failure = failure(mailer.spnego("initialresponse", "always"));
    // Postfix cuts the line without a word, and what is left of the token is no token.
    assertEquals(Reason.SERVER_REFUSED, failure.reason());
    assertTrue(failure.getMessage().contains("initialresponse=never"), failure.getMessage());
  }

  @ParameterizedTest
  @MethodSource("targetNames")
  void theTargetNameMayBeExchanges(String setting, String value)
      throws IOException, MessagingException {
    long before = ticketsForSmtpsvc();
    to("smtp")
        .spnego("ticketcache", PEERS.kinit("alice", Peers.PASSWORD))
        .spnego(setting, value)
        .send();
    assertTrue(PEERS.delivered().contains("(Authenticated sender: alice"));
    assertEquals(before + 1, ticketsForSmtpsvc());
  }

  private static long ticketsForSmtpsvc() throws IOException {
    try (Stream<String> log = Files.lines(PEERS.file("kdc.log"))) {
      return log.filter(line -> line.contains("TGS_REQ") && line.contains("ISSUE"))
          .filter(line -> line.contains("for SMTPSVC/localhost@EXAMPLE.TEST"))
          .count();
    }
  }

  static Stream<Arguments> targetNames() {
    return Stream.of(
        Arguments.of("service", "SMTPSVC"),
        Arguments.of("spn", "SMTPSVC/localhost"),
        Arguments.of("spn", "SMTPSVC@localhost"),
        Arguments.of("spn", "SMTPSVC/localhost@EXAMPLE.TEST"));
  }

  private static Mailer to(String listener) {
    return Mailer.to(PEERS.port(listener)).spnego("ticketcache", alice);
  }

  private static SpnegoException failure(Mailer mailer) {
    AuthenticationFailedException failure =
        assertThrows(AuthenticationFailedException.class, mailer::send);
    return assertInstanceOf(SpnegoException.class, failure.getCause());
  }
}
