package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The default realm is EXAMPLE.TEST, whose Windows domain would be EXAMPLE. */
class UserNameIT {
  private static final Kdc KDC = Kdc.shared();

  @BeforeEach
  void useTheKdcsConfiguration() {
    assertEquals("EXAMPLE.TEST", Kdc.REALM);
  }

  @ParameterizedTest
  @CsvSource({
    "alice, '', alice",
    "alice, CONTOSO.COM, alice@CONTOSO.COM",
    "alice@EXAMPLE.TEST, CONTOSO.COM, alice@EXAMPLE.TEST",
    "alice@example.test, '', alice@EXAMPLE.TEST",
    "alice@contoso.com, CONTOSO.COM, alice@CONTOSO.COM",
    "alice@contoso.com, '', alice@contoso.com",
    "smtp/host.example.test@EXAMPLE.TEST, '', smtp/host.example.test@EXAMPLE.TEST",
    "EXAMPLE\\alice, '', alice@EXAMPLE.TEST",
    "example\\alice, '', alice@EXAMPLE.TEST",
    "example.test\\alice, '', alice@EXAMPLE.TEST",
    "corp.contoso.com\\alice, '', alice@CORP.CONTOSO.COM",
    "contoso\\alice, CONTOSO.COM, alice@CONTOSO.COM",
    "corp.example\\alice, CONTOSO.COM, alice@CORP.EXAMPLE",
    "'', CONTOSO.COM, ''",
  })
  void namesOfOtherKindsStandForPrincipals(String name, String realm, String principal)
      throws SpnegoException {
    assertEquals(principal, UserName.principal(name, realm));
  }

  @Test
  void aDomainWhoseRealmIsNotKnownIsAFailureThatSaysSo() {
    SpnegoException e =
        assertThrows(SpnegoException.class, () -> UserName.principal("CORP\\alice", ""));
    assertEquals(Reason.NO_REALM, e.reason());
    assertTrue(e.getMessage().contains("CORP\\alice"), e::getMessage);
    assertTrue(e.getMessage().contains("the realm of users is EXAMPLE.TEST"), e::getMessage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"alice", "EXAMPLE\\alice", "alice@example.test"})
  void mailIsSentAsTheUserHoweverHeIsNamed(String user) throws Exception {
    try (MailServer server = server()) {
      Mailer.to(server.port()).send(user, Kdc.PASSWORD);
      assertEquals(List.of("alice@EXAMPLE.TEST"), server.principals());
    }
  }

  @Test
  void theSettingForTheSaslRealmIsTheRealmOfABareName() throws Exception {
    try (MailServer server = server()) {
      Mailer mailer = Mailer.to(server.port()).with("mail.smtp.sasl.realm", "EXAMPLE.TEST");
      mailer.send("alice", Kdc.PASSWORD);
      assertEquals(List.of("alice@EXAMPLE.TEST"), server.principals());
      mailer.with("mail.smtp.sasl.realm", "NOWHERE.TEST");
      AuthenticationFailedException failure =
          assertThrows(
              AuthenticationFailedException.class, () -> mailer.send("alice", Kdc.PASSWORD));
      assertTrue(failure.getMessage().contains("alice@NOWHERE.TEST"), failure::getMessage);
    }
  }

  @Test
  void aSuffixThatIsNoRealmIsAFailureThatSaysSo() {
    try (MailServer server = server()) {
      AuthenticationFailedException failure =
          assertThrows(
              AuthenticationFailedException.class,
              () -> Mailer.to(server.port()).send("alice@contoso.com", Kdc.PASSWORD));
      assertTrue(failure.getMessage().contains("is often not the realm"), failure::getMessage);
      assertTrue(failure.getMessage().contains("EXAMPLE.TEST"), failure::getMessage);
    }
  }

  private static MailServer server() {
    return MailServer.start(
        Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()));
  }
}
