package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.MessagingException;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import org.junit.jupiter.api.Test;

class SilentServiceIT {
  @Test
  void withoutTheSecurityProviderTheServiceSendsAndNobodyWarns() throws Exception {
    Kdc kdc = Kdc.shared();
    System.setProperty("smtp.spnego.autoregister", "transport");
    SpnegoProvider.uninstall();
    try (LogRecorder log = LogRecorder.start();
        MailServer server =
            MailServer.start(
                Map.of("mail.smtp.sasl.spnego.keytab", kdc.keytab("smtp/localhost").toString()))) {
      Subject bob = kdc.login("bob", "bob's own secret");
      try {
        Dialogue.as(
            bob,
            () -> {
              Mailer.to(server.port())
                  .spnego("hosts", "*.contoso.com")
                  .spnego("impersonate", "alice@EXAMPLE.TEST")
                  .send();
              return null;
            });
      } catch (MessagingException e) {
        assertEquals(List.of(), server.principals());
        return;
      }
      assertNotEquals(List.of(), log.warnings(), "sent as " + server.principals());
    } finally {
      System.clearProperty("smtp.spnego.autoregister");
    }
  }
}
