package io.github.smtpspnego.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.support.LogRecorder;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class SettingsReaderTest {
  private static final String SPN = "mail.smtp.sasl.spnego.spn";
  private static final String MUTUAL = "mail.smtp.sasl.spnego.mutualauth";

  @AfterEach
  void clear() {
    System.clearProperty(SPN);
  }

  @Test
  void theSessionsPropertyIsReadBeforeTheSystems() {
    System.setProperty(SPN, "smtp@system");
    assertEquals(
        "smtp@session",
        new SettingsReader("smtp", Map.of(SPN, "smtp@session")).text(SpnegoOption.SPN));
    assertEquals("smtp@system", new SettingsReader("smtp", null).text(SpnegoOption.SPN));
  }

  @Test
  void aBlankValueCountsAsNotSet() {
    System.setProperty(SPN, "smtp@system");
    assertEquals(
        "smtp@system", new SettingsReader("smtp", Map.of(SPN, " ")).text(SpnegoOption.SPN));
    Properties defaults = new Properties();
    defaults.setProperty(SPN, "");
    Properties properties = new Properties(defaults);
    properties.setProperty(SPN, "");
    assertEquals(
        "smtp@system", new SettingsReader("smtp", asMap(properties)).text(SpnegoOption.SPN));
    assertEquals("", SettingsReader.ofServer("smtp", asMap(properties)).text(SpnegoOption.SPN));
  }

  @Test
  void defaultsOfThePropertiesObjectCount() {
    Properties defaults = new Properties();
    defaults.setProperty(SPN, "smtp@default");
    assertEquals(
        "smtp@default",
        new SettingsReader("smtp", asMap(new Properties(defaults))).text(SpnegoOption.SPN));
  }

  @Test
  void valuesThatAreNotStringsCount() throws SpnegoException {
    Map<String, Object> properties = new HashMap<>();
    properties.put(MUTUAL, false);
    assertEquals(false, new SettingsReader("smtp", properties).flag(SpnegoOption.MUTUALAUTH));
  }

  @Test
  void eachProtocolHasItsOwn() {
    assertEquals("", new SettingsReader("smtps", Map.of(SPN, "x@y")).text(SpnegoOption.SPN));
  }

  @Test
  void aBadValueNamesPropertyValueAndChoices() {
    SpnegoException e =
        assertThrows(
            SpnegoException.class,
            () ->
                new SettingsReader("smtp", Map.of(MUTUAL, "maybe")).flag(SpnegoOption.MUTUALAUTH));
    assertEquals(Reason.BAD_SETTING, e.reason());
    assertEquals(
        "The property mail.smtp.sasl.spnego.mutualauth is set to 'maybe'; it must be one of true,"
            + " false. Correct the setting. ("
            + SpnegoException.GUIDE
            + "bad-setting)",
        e.getMessage());
  }

  @Test
  void choicesAreReadInAnyCase() throws SpnegoException {
    assertEquals(
        LayerEnding.REQUIRED,
        new SettingsReader("smtp", Map.of("mail.smtp.sasl.spnego.securitylayer", " Required "))
            .constant(SpnegoOption.SECURITYLAYER, LayerEnding.class));
  }

  @Test
  void unknownNamesAreWarnedOfOnceWithTheNamesThereAre() {
    SettingsReader settings =
        new SettingsReader("smtp", Map.of("mail.smtp.sasl.spnego.keytabs", "/x", SPN, "x@y"));
    LogRecorder log = LogRecorder.start();
    try {
      settings.warnOfUnknownNames();
      settings.warnOfUnknownNames();
      assertEquals(1, log.warnings().size());
      String warning = log.warnings().get(0);
      assertTrue(warning.startsWith("The property mail.smtp.sasl.spnego.keytabs is not a setting"));
      String names = warning.substring(warning.indexOf("after mail.smtp.sasl.spnego. are "));
      for (SpnegoOption option : SpnegoOption.values()) {
        String name = option.propertyName("smtp");
        assertTrue(names.contains(" " + name.substring(name.lastIndexOf('.') + 1)), warning);
      }
    } finally {
      log.close();
    }
  }

  @Test
  void unknownNamesAmongTheSystemPropertiesAreWarnedOf() {
    String misspelt = "mail.lookedthrough.sasl.spnego.mutualauht";
    System.setProperty(misspelt, "true");
    LogRecorder log = LogRecorder.start();
    try {
      new SettingsReader("lookedthrough", null).warnOfUnknownNames();
      new SettingsReader("lookedthrough", null).warnOfUnknownNames();
      assertEquals(1, log.warnings().size());
      assertTrue(log.warnings().get(0).contains(misspelt));
    } finally {
      log.close();
      System.clearProperty(misspelt);
    }
  }

  @Test
  void smtpAndSmtpsAreOnAndOthersOff() throws SpnegoException {
    assertTrue(new SettingsReader("smtp", null).isOn());
    assertTrue(new SettingsReader("SMTPS", null).isOn());
    assertEquals(false, new SettingsReader("ldap", null).isOn());
    assertTrue(new SettingsReader("lmtp", Map.of("mail.lmtp.sasl.spnego.enable", "true")).isOn());
    assertEquals(
        false, new SettingsReader("smtp", Map.of("mail.smtp.sasl.spnego.enable", "false")).isOn());
  }

  @Test
  void section1_5_aHostIsKnownByItsPattern() {
    SettingsReader settings =
        new SettingsReader(
            "smtp", Map.of("mail.smtp.sasl.spnego.hosts", "*.contoso.com, mail?.fabrikam.com"));
    assertTrue(settings.isKnownHost("MX.contoso.com"));
    assertTrue(settings.isKnownHost("mail1.fabrikam.com"));
    assertEquals(false, settings.isKnownHost("mail12.fabrikam.com"));
    assertEquals(false, settings.isKnownHost("contoso.com.evil.org"));
    assertEquals(false, settings.isKnownHost("mxXcontoso.com"));
    assertTrue(new SettingsReader("smtp", null).isKnownHost("anything"));
    assertTrue(new SettingsReader("smtp", null).isKnownHost(null));
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // what Angus Mail does with the Session's
  private static Map<String, ?> asMap(Properties properties) {
    return (Map) properties;
  }
}
