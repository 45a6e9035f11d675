package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whom the setting {@code impersonate} names. */
class ImpersonateNamesTest {
  @Test
  void aUserOfAnotherDomainIsNotTheOneOfTheSameNameHere() {
    Map<String, String> properties =
        Map.of(
            "mail.smtp.sasl.realm", "CORP.CONTOSO.COM",
            "mail.smtp.sasl.spnego.impersonate", "PARTNER\\alice");
    SettingsReader settings = new SettingsReader("smtp", properties);
    SpnegoException e = assertThrows(SpnegoException.class, () -> new CredentialSettings(settings));
    assertEquals(Reason.NO_REALM, e.reason());
  }

  @Test
  void evenWithTheDomainsWholeName() throws Exception {
    CredentialSettings read =
        new CredentialSettings(
            new SettingsReader(
                "smtp",
                Map.of(
                    "mail.smtp.sasl.realm", "CORP.CONTOSO.COM",
                    "mail.smtp.sasl.spnego.impersonate", "partner.example\\administrator")));
    assertNotEquals("administrator@CORP.CONTOSO.COM", read.impersonate);
  }

  @Test
  void aBlankUserIsNotTheService() {
    assertThrows(
        SpnegoException.class,
        () ->
            new CredentialSettings(
                new SettingsReader("smtp", Map.of("mail.smtp.sasl.spnego.impersonate", " "))));
  }
}
