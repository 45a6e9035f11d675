package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.junit.jupiter.api.Test;

/**
 * A user's ticket, got with the GSSCredential handed over, must not stay in the thread's Subject.
 */
class LeftoverTicketIT {
  private static final Kdc KDC = Kdc.shared();

  private static GSSCredential alicesDelegated() throws Exception {
    return Dialogue.as(
        KDC.login("alice", Kdc.PASSWORD),
        () -> GSSManager.getInstance().createCredential(GSSCredential.INITIATE_ONLY));
  }

  private static void check(Subject application) throws Exception {
    try (MailServer server =
        MailServer.start(
            Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()))) {
      GSSCredential alice = alicesDelegated();
      Dialogue.as(
          application,
          () -> {
            Mailer.to(server.port()).with(Sasl.CREDENTIALS, alice).send();
            return null;
          });
      alice.dispose();
      // Another request of the same application, with no credential of alice's.
      try {
        Dialogue.as(
            application,
            () -> {
              Mailer.to(server.port()).send();
              return null;
            });
      } catch (AuthenticationFailedException e) {
        // as it should be
      }
      assertEquals(List.of("alice@EXAMPLE.TEST"), server.principals());
    }
  }

  @Test
  void anApplicationServersSubjectWithoutKerberos() throws Exception {
    check(new Subject());
  }

  @Test
  void aWebApplicationsAcceptorSubject() throws Exception {
    check(KDC.acceptor("smtp/localhost", KDC.keytab("smtp/localhost")));
  }

  @Test
  void theServicesOwnTicketCacheIsNotAskedAnyMore() throws Exception {
    // credentials=auto with a keytab of bob's is explicit and wins; what is ambient does not.
    Subject application = new Subject();
    try (MailServer server =
        MailServer.start(
            Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()))) {
      GSSCredential alice = alicesDelegated();
      Dialogue.as(
          application,
          () -> {
            Mailer.to(server.port()).with(Sasl.CREDENTIALS, alice).send();
            return null;
          });
      assertEquals(0, application.getPrivateCredentials().size(), application.toString());
    }
  }
}
