package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

  private static MailServer server() {
    return MailServer.start(
        Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()));
  }

  private static void sendAsAlice(MailServer server, Subject application) throws Exception {
    GSSCredential alice = alicesDelegated();
    Dialogue.as(
        application,
        () -> {
          Mailer.to(server.port()).with(Sasl.CREDENTIALS, alice).send();
          return null;
        });
    alice.dispose();
  }

  private static void check(Subject application) throws Exception {
    try (MailServer server = server()) {
      sendAsAlice(server, application);
      // Another request of the same application, with no credential of alice's.
      assertThrows(
          AuthenticationFailedException.class,
          () ->
              Dialogue.as(
                  application,
                  () -> {
                    Mailer.to(server.port()).send();
                    return null;
                  }));
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
  void theCallersSubjectStaysAsItIs() throws Exception {
    Subject application = new Subject();
    try (MailServer server = server()) {
      sendAsAlice(server, application);
      assertEquals(0, application.getPrivateCredentials().size(), application.toString());
    }
  }
}
