package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.support.ChildJvm;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * What a service hears that may not send as a user. Kerby knows no constrained delegation: it gives
 * the service a ticket of its own. A KDC that does is in {@code -Pinterop}.
 */
class ImpersonationIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Duration HOUR = Duration.ofHours(1);

  private final Map<String, Object> properties = new HashMap<>();

  @BeforeEach
  void impersonateAlice() {
    SpnegoProvider.logout();
    properties.put("mail.smtp.sasl.spnego.impersonate", "alice@EXAMPLE.TEST");
  }

  @Test
  void aKdcThatDoesNotAllowItIsAReasonOfItsOwn() {
    properties.put("mail.smtp.sasl.spnego.keytab", KDC.keytab("bob").toString());
    SpnegoException e = assertThrows(SpnegoException.class, this::find);
    assertRefused(e);
    assertContains(e, "Impersonating alice@EXAMPLE.TEST as bob@EXAMPLE.TEST from the keytab ");
  }

  @Test
  void noMailIsSentAsTheServiceItself() {
    Map<String, ?> settings =
        Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString());
    try (MailServer server = MailServer.start(settings)) {
      Mailer mailer =
          Mailer.to(server.port())
              .spnego("keytab", KDC.keytab("bob"))
              .spnego("impersonate", "alice@EXAMPLE.TEST");
      AuthenticationFailedException failure =
          assertThrows(AuthenticationFailedException.class, mailer::send);
      assertTrue(failure.getMessage().contains("#impersonation"), failure::getMessage);
      assertEquals(List.of(), server.principals());
    }
  }

  @Test
  void aTicketThatIsNotForwardableIsToldWithTheLineThatIsMissing() throws Exception {
    try (Kdc.Configured configured = KDC.settings().without("forwardable").use()) {
      properties.put("mail.smtp.sasl.spnego.keytab", KDC.keytab("bob").toString());
      SpnegoException e = assertThrows(SpnegoException.class, this::find);
      assertRefused(e);
      assertContains(e, "is not forwardable");
      assertContains(e, "forwardable = true into [libdefaults] of " + configured.file());
    }
  }

  @Test
  void theServicesOwnPasswordAndTicketCacheServeToo() throws Exception {
    properties.put(
        "mail.smtp.sasl.spnego.ticketcache", KDC.ticketCache("bob", "bob's own secret").toString());
    SpnegoException e = assertThrows(SpnegoException.class, this::find);
    assertRefused(e);
    assertContains(e, "Impersonating alice@EXAMPLE.TEST as bob@EXAMPLE.TEST, logged in from the");
  }

  @Test
  void thePrincipalIsTheServicesAndIsCheckedFirst() {
    properties.put(
        "mail.smtp.sasl.spnego.ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD).toString());
    properties.put("mail.smtp.sasl.spnego.principal", "bob");
    SpnegoException e = assertThrows(SpnegoException.class, this::find);
    assertEquals(Reason.NO_CREDENTIALS, e.reason());
    assertContains(e, "Looking for credentials of bob: found those of alice@EXAMPLE.TEST");
  }

  @Test
  void theThreadsSubjectImpersonatesToo() throws Exception {
    Subject bob = KDC.login("bob", "bob's own secret");
    SpnegoException e = assertThrows(SpnegoException.class, () -> as(bob, this::find));
    assertRefused(e);
    assertContains(e, "as bob@EXAMPLE.TEST with the caller's Subject");
  }

  @Test
  void aSubjectOfServiceTicketsCannotImpersonate() {
    Subject subject = new Subject();
    subject.getPrivateCredentials().add(ForgedTickets.ticket("bob", "smtp/localhost", HOUR));
    SpnegoException e = assertThrows(SpnegoException.class, () -> as(subject, this::find));
    assertRefused(e);
    assertContains(e, "service tickets only");
  }

  @Test
  void aCredentialOfTheProgramsImpersonatesToo() throws Exception {
    GSSCredential bob =
        as(
            KDC.login("bob", "bob's own secret"),
            () -> GSSManager.getInstance().createCredential(GSSCredential.INITIATE_ONLY));
    properties.put(Sasl.CREDENTIALS, bob);
    SpnegoException e = assertThrows(SpnegoException.class, this::find);
    assertRefused(e);
    assertContains(e, "as bob@EXAMPLE.TEST with the caller's GSS credential");
  }

  @Test
  void aCredentialThatIsNotTheJdksCannotImpersonate() throws Exception {
    GSSName bob = mock(GSSName.class);
    when(bob.toString()).thenReturn("bob@EXAMPLE.TEST");
    GSSCredential foreign = mock(GSSCredential.class);
    when(foreign.getName()).thenReturn(bob);
    when(foreign.getRemainingLifetime()).thenReturn(1);
    properties.put(Sasl.CREDENTIALS, foreign);
    assertRefused(assertThrows(SpnegoException.class, this::find));
  }

  @Test
  @ResourceLock("java.lang.System.properties")
  void theNativeLibraryCannotImpersonate() {
    properties.put("mail.smtp.sasl.spnego.credentials", "native");
    System.setProperty("sun.security.jgss.native", "true");
    try {
      SpnegoException e = assertThrows(SpnegoException.class, this::find);
      assertEquals(Reason.NATIVE_GSS, e.reason());
      assertContains(e, "does not take the setting impersonate");
    } finally {
      System.clearProperty("sun.security.jgss.native");
    }
  }

  @Test
  void aRuntimeWithoutTheJdksOwnGssModuleSendsAndCannotImpersonate() {
    assertTrue(limited("service-ticket").contains("A token of "));
    String output = limited("valid-tgt", "-Dmail.smtp.sasl.spnego.impersonate=alice@EXAMPLE.TEST");
    assertTrue(output.contains("lacks the module jdk.security.jgss"), output);
    assertTrue(output.contains("#impersonation"), output);
  }

  private static String limited(String subject, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(
        List.of(
            "--limit-modules=java.logging,java.security.sasl,jdk.security.auth",
            "-Djava.security.krb5.conf=" + KDC.configuration(),
            "-cp",
            System.getProperty("java.class.path"),
            InitiatorProgram.class.getName(),
            subject,
            "1"));
    return ChildJvm.java(Map.of(), arguments).output();
  }

  /** As from a KDC that gives the service a ticket for itself, and refuses one for the server. */
  @Test
  void aServerThatTheServiceMayNotDelegateToIsAReasonOfItsOwn() throws Exception {
    Subject alice = ForgedTickets.subject();
    InitiatorCredentials impersonated =
        new InitiatorCredentials(
            "alice@EXAMPLE.TEST",
            "as alice@EXAMPLE.TEST, impersonated by bob@EXAMPLE.TEST",
            null,
            alice,
            true,
            InstantSource.system());
    TicketAttempt attempt = impersonated.begin(TargetName.of("smtp", "localhost"));
    SpnegoException refusal =
        new SpnegoException(Reason.GSS_FAILURE, "KDC cannot fulfill requested option (13).", null);
    SpnegoException e =
        assertThrows(
            SpnegoException.class,
            () ->
                attempt.firstToken(
                    () -> {
                      throw refusal;
                    }));
    assertRefused(e);
    assertContains(e, "Asking for a ticket for smtp@localhost as alice@EXAMPLE.TEST");
    SpnegoException known = new SpnegoException(Reason.SERVER_UNKNOWN, "No such server.", null);
    assertEquals(
        known,
        assertThrows(
            SpnegoException.class,
            () ->
                attempt.firstToken(
                    () -> {
                      throw known;
                    })));
  }

  private InitiatorCredentials find() throws SpnegoException {
    return new InitiatorFinder(
            new CredentialSettings(new SettingsReader("smtp", properties)), callbacks -> {})
        .find();
  }

  private static void assertRefused(SpnegoException e) {
    assertEquals(Reason.IMPERSONATION, e.reason(), e::getMessage);
    assertNotNull(e.getMessage());
    assertFalse(e.remedy().isEmpty());
  }

  private static void assertContains(SpnegoException e, String text) {
    assertTrue(String.valueOf(e.getMessage()).contains(text), e::getMessage);
  }

  private static <T> T as(Subject subject, PrivilegedExceptionAction<T> action) throws Exception {
    try {
      return Subject.doAs(subject, action);
    } catch (PrivilegedActionException e) {
      throw e.getException();
    }
  }
}
