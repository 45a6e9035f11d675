package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.security.jgss.ExtendedGSSCredential;
import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
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
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentMatchers;
import org.mockito.Mockito;

/** What a service that impersonates users must not do, and must not leave. */
@ResourceLock("java.security.Security")
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ImpersonateServiceIT {
  private static final Kdc KDC = Kdc.shared();

  private static MailServer server() {
    return MailServer.start(
        Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()));
  }

  /** A blank user is {@code request.getRemoteUser()} of nobody, put into the setting. */
  @ParameterizedTest
  @CsvSource({
    "true, hosts, *.contoso.com, alice@EXAMPLE.TEST",
    "transport, hosts, *.contoso.com, alice@EXAMPLE.TEST",
    "true, enable, false, alice@EXAMPLE.TEST",
    "transport, enable, false, alice@EXAMPLE.TEST",
    "true, enable, true, ' '",
  })
  void theServiceDoesNotSendInTheUsersPlace(
      String autoregister, String setting, String value, String user) throws Exception {
    Subject bob = KDC.login("bob", "bob's own secret");
    System.setProperty("smtp.spnego.autoregister", autoregister);
    SpnegoProvider.uninstall();
    try (MailServer server = server()) {
      Mailer mailer = Mailer.to(server.port()).spnego(setting, value).spnego("impersonate", user);
      AuthenticationFailedException failure =
          assertThrows(
              AuthenticationFailedException.class,
              () ->
                  Dialogue.as(
                      bob,
                      () -> {
                        mailer.send();
                        return null;
                      }));
      SpnegoException cause = assertInstanceOf(SpnegoException.class, failure.getCause());
      assertEquals(Reason.BAD_SETTING, cause.reason());
      assertEquals(List.of(), server.principals());
    } finally {
      System.clearProperty("smtp.spnego.autoregister");
      SpnegoProvider.install();
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
    InitiatorCredentials held =
        new InitiatorCredentials("svc", "as svc", service, own, false, InstantSource.system());
    Login login = new Login(own, null, held, FileStamp.NONE, Instant.MAX, Instant.MAX);
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
