package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Another implementation's KDC, and a realm whose first KDC does not answer. */
class KdcsIT {
  private static final Peers PEERS = Peers.shared();
  private static final AtomicInteger USERS = new AtomicInteger();

  /** What the first KDC of the realm does. */
  enum FirstKdc {
    REFUSES,
    IS_SILENT;

    /** A port where connections are refused, or accepted and not read from. */
    ServerSocket listen() throws IOException {
      ServerSocket kdc = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      if (this == REFUSES) {
        kdc.close();
      }
      return kdc;
    }
  }

  @BeforeEach
  void reset() {
    PEERS.reset();
  }

  @AfterEach
  void useTheConfigurationOfBefore() {
    PEERS.configure(PEERS.file("krb5.conf"));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void mailIsDeliveredWithTicketsOfHeimdal(String mechanism, Source source) {
    PEERS.need("heimdal");
    String principal = "alice@HEIMDAL.TEST";
    Source.Account alice =
        new Source.Account(
            principal, PEERS.kinit(principal, Peers.PASSWORD), PEERS.file("heimdal-alice.keytab"));
    Mailer mailer = toPostfix(mechanism).with("mail.smtp.host", "mail.heimdal.test");
    assertDoesNotThrow(() -> source.send(mailer, alice), () -> mechanism + ", " + source);
    assertDeliveredFrom("alice@heimdal.test");
  }

  @ParameterizedTest
  @MethodSource("faults")
  void theSecondKdcIsAsked(FirstKdc first, String mechanism, Source source) throws IOException {
    String name = newUser();
    Source.Account user =
        new Source.Account(name, PEERS.kinit(name, Peers.PASSWORD), PEERS.keytab(name));
    try (ServerSocket kdc = first.listen()) {
      PEERS.configure(
          withKdcs("127.0.0.1:" + kdc.getLocalPort(), "127.0.0.1:" + PEERS.fact("kdc")));
      assertDoesNotThrow(
          () -> source.send(toPostfix(mechanism), user),
          () -> String.join(", ", first.name(), mechanism, source.name()));
    }
    assertDeliveredFrom(name);
  }

  /** Shows that the first KDC is asked at all. */
  @ParameterizedTest
  @EnumSource
  void withoutASecondKdcTheFailureSaysThatNoneAnswers(FirstKdc first) throws IOException {
    String name = newUser();
    try (ServerSocket kdc = first.listen()) {
      PEERS.configure(withKdcs("127.0.0.1:" + kdc.getLocalPort()));
      AuthenticationFailedException failure =
          assertThrows(
              AuthenticationFailedException.class,
              () -> toPostfix("GSSAPI").send(name, Peers.PASSWORD));
      SpnegoException cause = assertInstanceOf(SpnegoException.class, failure.getCause());
      assertTrue(cause.reason() == Reason.KDC_UNREACHABLE, cause::getMessage);
    }
  }

  static Stream<Arguments> cells() {
    List<Arguments> cells = new ArrayList<>();
    for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
      for (Source source : Source.values()) {
        cells.add(Arguments.of(mechanism, source));
      }
    }
    return cells.stream();
  }

  static Stream<Arguments> faults() {
    return Stream.of(FirstKdc.values())
        .flatMap(first -> cells().map(cell -> Arguments.of(first, cell.get()[0], cell.get()[1])));
  }

  /** Somebody for whom no login is kept, which would need no KDC. */
  private static String newUser() {
    String name = "user" + USERS.incrementAndGet();
    PEERS.kadmin("add_principal -pw " + Peers.PASSWORD + " " + name);
    return name;
  }

  private static Mailer toPostfix(String mechanism) {
    return Mailer.to(PEERS.port("smtp")).with("mail.smtp.sasl.mechanisms", mechanism);
  }

  private static void assertDeliveredFrom(String user) {
    String mail = PEERS.delivered();
    assertTrue(mail.contains("(Authenticated sender: " + user), mail);
  }

  /**
   * The peers' configuration with other KDCs of the default realm, each given up after a second.
   */
  private static Path withKdcs(String... addresses) throws IOException {
    StringBuilder kdcs = new StringBuilder();
    for (String address : addresses) {
      kdcs.append("    kdc = ").append(address).append('\n');
    }
    String text = Files.readString(PEERS.file("krb5.conf"));
    String own = "    kdc = 127.0.0.1:" + PEERS.fact("kdc") + "\n";
    assertTrue(text.contains(own), text);
    Path file = PEERS.newFile("krb5.conf");
    return Files.writeString(
        file,
        text.replace(own, kdcs)
            .replace(
                "[libdefaults]\n", "[libdefaults]\n  kdc_timeout = 1000\n  max_retries = 1\n"));
  }
}
