package io.github.smtpspnego.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.CutWire;
import io.github.smtpspnego.support.CutWire.Cut;
import io.github.smtpspnego.support.CutWire.Sender;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.Residue;
import io.github.smtpspnego.support.SmtpSink;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The connection is cut between any two lines of the dialogue, and within any line. */
@Timeout(60)
class CutConnectionIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path CACHE = KDC.ticketCache("alice", Kdc.PASSWORD);

  /** 220, 250-, 250, 334, 334, 235, 250, 250, 354, 250. */
  private static final int SERVER_LINES = 10;

  /** EHLO, AUTH, token, empty, choice, MAIL, RCPT, DATA, and the mail's first line. */
  private static final int CLIENT_LINES = 9;

  private static SmtpSink server;
  private static CutWire wire;

  @BeforeAll
  static void start() throws Exception {
    server =
        SmtpSink.start(
            Map.of(
                "mail.smtp.sasl.spnego.keytab",
                KDC.keytab("smtp/localhost").toString(),
                "mail.smtp.sasl.spnego.securitylayer",
                "required"));
    wire = CutWire.to(server.port());
    mailer(false).send(); // what is loaded once is no residue
    mailer(true).send("alice", "");
    wire.cutAfter(Sender.SERVER, 4, 0, Cut.CLOSED);
    assertThrows(MessagingException.class, () -> mailer(false).send());
  }

  @AfterAll
  static void stop() {
    wire.close();
    server.close();
  }

  private static Mailer mailer(boolean angus) {
    Mailer mailer =
        Mailer.to(wire.port())
            .spnego("ticketcache", CACHE)
            .spnego("initialresponse", "never")
            .with("mail.smtp.quitwait", "false");
    return angus ? mailer.with("mail.smtp.class", Mailer.ANGUS) : mailer;
  }

  static Stream<Arguments> cuts() {
    List<Arguments> cuts = new ArrayList<>();
    for (Sender sender : Sender.values()) {
      int lines = sender == Sender.SERVER ? SERVER_LINES : CLIENT_LINES;
      for (int line = 0; line < lines; line++) {
        cuts.add(Arguments.of(sender, line, 0, Cut.CLOSED));
        cuts.add(Arguments.of(sender, line, 0, Cut.RESET));
        cuts.add(Arguments.of(sender, line, 5, Cut.CLOSED));
      }
    }
    return cuts.stream();
  }

  @ParameterizedTest(name = "after {1} lines of the {0} and {2} octets, {3}")
  @MethodSource("cuts")
  void aCutConnectionIsToldAndTheNextOneWorks(Sender sender, int lines, int octets, Cut cut)
      throws Exception {
    for (boolean angus : List.of(false, true)) {
      Residue before = Residue.before();
      int mails = server.mails();
      wire.cutAfter(sender, lines, octets, cut);
      MessagingException e =
          assertThrows(MessagingException.class, () -> mailer(angus).send("alice", ""));
      assertFalse(String.valueOf(e.getMessage()).isBlank());
      if (!angus && isWithinTheExchange(sender, lines)) {
        assertTold(e, sender == Sender.SERVER && octets > 0);
      }
      // Cut off may be the server's word that it has the mail; a mail cut short it must not take.
      boolean mayHaveIt = sender == Sender.SERVER && lines == SERVER_LINES - 1;
      assertTrue(server.mails() <= mails + (mayHaveIt ? 1 : 0));
      wire.mend();
      before.assertNothingIsLeft();
    }
    int mails = server.mails();
    mailer(false).send("alice", "");
    mailer(true).send("alice", "");
    assertEquals(mails + 2, server.mails());
  }

  /** Whether AUTH is under way: to the client, which alone knows what it got. */
  private static boolean isWithinTheExchange(Sender sender, int lines) {
    return sender == Sender.SERVER ? lines >= 3 && lines < 6 : lines >= 2 && lines < 5;
  }

  /** A line that is cut short is one to Angus Mail, and then what there is of it may be shown. */
  private static void assertTold(MessagingException e, boolean cutShort) {
    if (e.getCause() instanceof SpnegoException cause) {
      if (cutShort && cause.reason() == Reason.PROTOCOL) {
        return;
      }
      assertEquals(Reason.SERVER_TROUBLE, cause.reason(), e::toString);
      assertTrue(cause.getMessage().contains("closed the connection"), e::toString);
    } else {
      assertInstanceOf(IOException.class, e.getCause(), e::toString);
    }
  }
}
