package io.github.smtpspnego.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.settings.SettingsReader;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptedNamesTest {
  @ParameterizedTest
  @CsvSource({
    "smtp/mail.example.test@R, true",
    "SMTP/MAIL.EXAMPLE.TEST@R, true",
    "SMTPSVC/mail.example.test@R, true",
    "imap/mail.example.test@R, false",
    "smtp/other.example.test@R, false",
    "smtp/mail.example.test/extra@R, false",
    "smtp@R, false",
    "mail$@R, false",
  })
  void aBoundServerTakesItsOwnNames(String principal, boolean accepted) {
    AcceptedNames names = read(Map.of(), "mail.example.test");
    assertEquals(accepted, names.accept(principal));
  }

  @ParameterizedTest
  @CsvSource({"smtp/any@R, true", "smtpsvc/any@R, true", "smtp@R, true", "imap/any@R, false"})
  void anUnboundServerTakesAnyHost(String principal, boolean accepted) {
    assertEquals(accepted, read(Map.of(), "").accept(principal));
  }

  @ParameterizedTest
  @CsvSource({"imap/any@R, true", "smtp/any@R, false"})
  void theServiceThatIsSetIsTheOnlyOne(String principal, boolean accepted) {
    Map<String, String> imap = Map.of("mail.smtp.sasl.spnego.service", "IMAP");
    assertEquals(accepted, read(imap, "").accept(principal));
  }

  @ParameterizedTest
  @CsvSource({"*", "smtp/elsewhere"})
  void aPrincipalThatIsSetDecidesByItsKey(String principal) {
    Map<String, String> set = Map.of("mail.smtp.sasl.spnego.principal", principal);
    assertEquals(true, read(set, "mail.example.test").accept("imap/any@R"));
  }

  @Test
  void theHostIsWhatFollowsTheService() {
    assertEquals(Optional.of("h"), AcceptedNames.hostOf("smtp/h@R"));
    assertEquals(Optional.of("h"), AcceptedNames.hostOf("smtp/h"));
    assertEquals(Optional.empty(), AcceptedNames.hostOf("smtp@R"));
    assertEquals(Optional.empty(), AcceptedNames.hostOf(""));
  }

  private static AcceptedNames read(Map<String, String> properties, String host) {
    return AcceptedNames.read(new SettingsReader("smtp", properties), host);
  }
}
