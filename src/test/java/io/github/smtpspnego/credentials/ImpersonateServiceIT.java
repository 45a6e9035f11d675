package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.security.jgss.ExtendedGSSCredential;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.MessagingException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSName;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentMatchers;
import org.mockito.Mockito;

class ImpersonateServiceIT {
  private static final Kdc KDC = Kdc.shared();

  private static MailServer server() {
    return MailServer.start(
        Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()));
  }

  @Test
  void aBlankUserDoesNotSendAsTheService() {
    try (MailServer server = server()) {
      try {
        Mailer.to(server.port())
            .spnego("keytab", KDC.keytab("bob"))
            .spnego("impersonate", " ") // request.getRemoteUser() of nobody
            .send();
      } catch (MessagingException e) {
        // as it should be
      }
      assertEquals(List.of(), server.principals());
    }
  }

  @Test
  void aHostThatIsNotListedDoesNotGetMailOfTheServices() throws Exception {
    try (MailServer server = server()) {
      Subject bob = KDC.login("bob", "bob's own secret");
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
        // as it should be
      }
      assertEquals(List.of(), server.principals());
    }
  }

  @Test
  void theSwitchOffDoesNotSendAsTheServiceEither() throws Exception {
    try (MailServer server = server()) {
      Subject bob = KDC.login("bob", "bob's own secret");
      try {
        Dialogue.as(
            bob,
            () -> {
              Mailer.to(server.port())
                  .spnego("enable", "false")
                  .spnego("impersonate", "alice@EXAMPLE.TEST")
                  .send();
              return null;
            });
      } catch (MessagingException e) {
        // as it should be
      }
      assertEquals(List.of(), server.principals());
    }
  }

  @Test
  void logoutDestroysTheTicketsOfImpersonatedUsers() throws Exception {
    SpnegoProvider.logout();
    GSSName name = Mockito.mock(GSSName.class);
    Mockito.when(name.toString()).thenReturn("carol@EXAMPLE.TEST");
    GSSCredential carol = Mockito.mock(GSSCredential.class);
    Mockito.when(carol.getName()).thenReturn(name);
    Mockito.when(carol.getRemainingLifetime()).thenReturn(1000);
    ExtendedGSSCredential service = Mockito.mock(ExtendedGSSCredential.class);
    Mockito.when(service.impersonate(ArgumentMatchers.any())).thenReturn(carol);

    Subject own = ForgedTickets.subject();
    Login login = Login.of(own, FileStamp.NONE, Instant.now());
    Field credentials = Login.class.getDeclaredField("credentials");
    credentials.setAccessible(true);
    credentials.set(
        login,
        new InitiatorCredentials(
            "svc", "as svc", service, own, new ServiceTickets(own, InstantSource.system()), false));
    LoginRequest request = LoginRequest.fromKeytab(Path.of("/none"), "svc");
    Login other = login.impersonate(request, "carol@EXAMPLE.TEST", Instant.now());
    InitiatorCredentials used = other.credentials(request.as("carol@EXAMPLE.TEST"));
    // What the JDK does with the ticket of S4U2proxy.
    KerberosTicket ticket = ForgedTickets.ticket("carol", "smtp/localhost", Duration.ofHours(1));
    used.subject.getPrivateCredentials().add(ticket);
    other.destroy();
    login.destroy();
    assertTrue(ticket.isDestroyed(), "carol's ticket for the mail server");
  }
}
