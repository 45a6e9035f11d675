package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Kerby issues no forwarded tickets, so what is seen here is what the client asks for. */
class DelegationIT {
  private static final Kdc KDC = Kdc.shared();

  private static MailServer server() {
    return MailServer.start(
        Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()));
  }

  @Test
  void aTicketThatCannotBeForwardedIsToldOnceAndTheMailIsSent() throws Exception {
    try (Kdc.Configured configured = KDC.settings().without("forwardable").use();
        MailServer server = server();
        LogRecorder log = LogRecorder.start()) {
      assertTrue(Files.exists(configured.file()));
      Mailer mailer =
          Mailer.to(server.port())
              .spnego("keytab", KDC.keytab("alice").toString())
              .spnego("delegation", "true");
      mailer.send();
      mailer.send();
      assertEquals(2, server.principals().size());
      assertEquals(1, log.warnings().size(), () -> log.warnings().toString());
      String warning = log.warnings().get(0);
      assertTrue(warning.contains("delegation=true"), warning);
      assertTrue(warning.contains("alice@EXAMPLE.TEST"), warning);
      assertTrue(warning.contains("TROUBLESHOOTING.md#delegation"), warning);
    }
  }

  @Test
  void byPolicyNothingIsForwardedToAServerThatTheKdcDoesNotMark() throws Exception {
    try (MailServer server = server();
        LogRecorder log = LogRecorder.start()) {
      Mailer mailer =
          Mailer.to(server.port()).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
      mailer.send();
      int tgsRequests = KDC.proxy().tgsRequests();
      mailer.spnego("delegation", "policy").send();
      assertEquals(tgsRequests, KDC.proxy().tgsRequests());
      assertEquals(List.of(), log.warnings());
    }
  }
}
