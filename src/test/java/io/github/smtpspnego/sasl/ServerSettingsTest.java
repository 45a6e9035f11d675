package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerSettingsTest {
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
  void aBoundServerTakesItsOwnNames(String principal, boolean accepted) throws SpnegoException {
    ServerSettings names = read(Map.of(), "mail.example.test");
    assertEquals(accepted, names.accepts(principal));
  }

  @ParameterizedTest
  @CsvSource({"smtp/any@R, true", "smtpsvc/any@R, true", "smtp@R, true", "imap/any@R, false"})
  void anUnboundServerTakesAnyHost(String principal, boolean accepted) throws SpnegoException {
    assertEquals(accepted, read(Map.of(), "").accepts(principal));
  }

  @ParameterizedTest
  @CsvSource({"imap/any@R, true", "smtp/any@R, false"})
  void theServiceThatIsSetIsTheOnlyOne(String principal, boolean accepted) throws SpnegoException {
    Map<String, String> imap = Map.of("mail.smtp.sasl.spnego.service", "IMAP");
    assertEquals(accepted, read(imap, "").accepts(principal));
  }

  @ParameterizedTest
  @CsvSource({"*", "smtp/elsewhere"})
  void aPrincipalThatIsSetDecidesByItsKey(String principal) throws SpnegoException {
    Map<String, String> set = Map.of("mail.smtp.sasl.spnego.principal", principal);
    assertEquals(true, read(set, "mail.example.test").accepts("imap/any@R"));
  }

  @Test
  void theHostIsWhatFollowsTheService() {
    assertEquals("h", ServerSettings.hostOf("smtp/h@R"));
    assertEquals("h", ServerSettings.hostOf("smtp/h"));
    assertNull(ServerSettings.hostOf("smtp@R"));
    assertNull(ServerSettings.hostOf(""));
  }

  private static ServerSettings read(Map<String, String> properties, String host)
      throws SpnegoException {
    return ServerSettings.read(new SettingsReader("smtp", properties), host, true);
  }
}
