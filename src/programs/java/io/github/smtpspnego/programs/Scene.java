package io.github.smtpspnego.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.ChildJvm;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A KDC with alice's ticket, and a mail server that notes who comes. */
final class Scene implements AutoCloseable {
  private static final Kdc KDC = Kdc.shared();
  private static final String ACCEPTOR = KDC.keytab("smtp/localhost").toString();
  private static final String TICKETS = KDC.ticketCache("alice", Kdc.PASSWORD).toString();

  /** SPNEGO's object identifier as octets. */
  private static final String SPNEGO = "06062b0601050502";

  private final MailServer server =
      MailServer.start(Map.of("mail.smtp.sasl.spnego.keytab", ACCEPTOR));

  int port() {
    return server.port();
  }

  /**
   * Runs a program as alice who is logged in, with nothing else of the tests than the KDC's
   * address.
   */
  ChildJvm.Outcome run(List<String> arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                // These JVMs live for a second or two.
                "-XX:TieredStopAtLevel=1", "-Djava.security.krb5.conf=" + KDC.configuration()));
    all.addAll(arguments);
    return ChildJvm.java(Map.of("KRB5CCNAME", TICKETS), all);
  }

  /** One mail came, from alice, who authenticated by SPNEGO. */
  void assertSentBySpnego(String output) {
    String seen = String.join("\n", server.dialogue()) + "\n" + output;
    assertEquals(List.of(Kdc.full("alice")), server.principals(), seen);
    assertEquals(1, server.received().length, seen);
    List<String> tokens = firstTokens();
    assertEquals(1, tokens.size(), seen);
    // RFC 2743 section 3.1: the tag, the length (three octets here), and the mechanism.
    assertEquals(SPNEGO, tokens.get(0).substring(8, 8 + SPNEGO.length()), seen);
  }

  /** No mail came, and nobody spoke SPNEGO. */
  void assertNothingSent(String output) {
    String seen = String.join("\n", server.dialogue()) + "\n" + output;
    assertEquals(0, server.received().length, seen);
    assertEquals(List.of(), firstTokens(), seen);
  }

  /** The first token of each AUTH command, in hexadecimal digits. */
  private List<String> firstTokens() {
    List<String> tokens = new ArrayList<>();
    List<String> lines = server.dialogue().stream().filter(line -> line.startsWith("C: ")).toList();
    for (int i = 0; i < lines.size(); i++) {
      String[] words = lines.get(i).split(" ", -1);
      if (words[1].equals("AUTH")) {
        // In the line itself, or in the next one.
        String token = words.length > 3 ? words[3] : lines.get(i + 1).substring("C: ".length());
        tokens.add(HexFormat.of().formatHex(Base64.getDecoder().decode(token)));
      }
    }
    return tokens;
  }

  @Override
  public void close() {
    server.close();
  }
}
