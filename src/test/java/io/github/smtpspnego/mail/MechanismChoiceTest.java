package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.SpnegoException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which mechanisms may be used. What comes of them is seen by the tests with a server. */
class MechanismChoiceTest {
  private static MechanismChoice choose(
      Properties properties, String listed, boolean hasPassword, String offered)
      throws SpnegoException {
    List<String> words = listed.isEmpty() ? List.of() : List.of(listed.split(" ", -1));
    AuthPolicy policy =
        AuthPolicy.of("smtp", properties, "mail.test", "mail.test", true, words, hasPassword);
    assertEquals(true, policy.isActive());
    return MechanismChoice.of(policy, hasPassword, offered);
  }

  private static Properties properties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty("mail.smtp." + namesAndValues[i], namesAndValues[i + 1]);
    }
    return properties;
  }

  @ParameterizedTest
  @CsvSource({
    "GSSAPI,              GSSAPI PLAIN,       true,  SPNEGO",
    "gssapi,              GSSAPI,             true,  SPNEGO",
    "GSSAPI,              gssapi,             true,  SPNEGO",
    "GSS-SPNEGO GSSAPI,   GSSAPI GSS-SPNEGO,  true,  SPNEGO",
    "GSSAPI PLAIN,        PLAIN,              true,  PLAIN",
    "GSSAPI plain,        PLAIN,              true,  PLAIN",
    "PLAIN GSSAPI,        PLAIN GSSAPI,       true,  PLAIN",
    "PLAIN GSSAPI,        PLAIN GSSAPI,       false, SPNEGO",
    "LOGIN PLAIN GSSAPI,  PLAIN LOGIN,        true,  LOGIN",
    "SCRAM-SHA-1 LOGIN GSSAPI PLAIN, SCRAM-SHA-1 LOGIN PLAIN, true, SCRAM-SHA-1 LOGIN",
    "'',                  PLAIN GSSAPI,       true,  SPNEGO",
    "'',                  GSS-SPNEGO PLAIN,   true,  SPNEGO",
    "'',                  PLAIN,              true,  any",
    "GSSAPI,              PLAIN LOGIN,        true,  SPNEGO",
    "GSSAPI PLAIN,        PLAIN,              false, SPNEGO",
    "GSSAPI PLAIN,        '',                 true,  SPNEGO",
    "'',                  PLAIN,              false, PASSWORD_NEEDED",
    "'',                  '',                 false, PASSWORD_NEEDED",
  })
  void onlyWhatWasAskedForIsUsed(
      String listed, String offered, boolean hasPassword, String expected) throws SpnegoException {
    assertEquals(expected, words(choose(properties("auth", "true"), listed, hasPassword, offered)));
  }

  @ParameterizedTest
  @CsvSource({
    "GSSAPI,            GSSAPI PLAIN,      GSSAPI",
    "GSS-SPNEGO,        GSS-SPNEGO PLAIN,  UNAVAILABLE",
    "GSS-SPNEGO GSSAPI, GSS-SPNEGO GSSAPI, GSSAPI",
    "GSS-SPNEGO,        PLAIN LOGIN,       UNAVAILABLE",
    "GSSAPI PLAIN,      PLAIN,             PLAIN",
    "GSSAPI,            '',                UNAVAILABLE",
  })
  void ms_ssean_1_5_whereTheServerIsNotKnownToMeanSpnegoTheJdksClientIsAllThatIsLeft(
      String listed, String offered, String expected) throws SpnegoException {
    assertEquals(
        expected,
        words(choose(properties("sasl.spnego.hosts", "*.contoso.com"), listed, true, offered)));
  }

  @ParameterizedTest
  @CsvSource({
    "'',         GSSAPI PLAIN,     SPNEGO",
    "PLAIN,      GSSAPI PLAIN,     SPNEGO",
    "GSS-SPNEGO, GSSAPI PLAIN,     SPNEGO",
    "'',         PLAIN,            SPNEGO",
    "'',         '',               SPNEGO",
  })
  void theSwitchMeansSpnegoAndNothingElse(String listed, String offered, String expected)
      throws SpnegoException {
    assertEquals(
        expected,
        words(
            choose(
                properties("sasl.spnego.enable", "true", "auth", "false"), listed, true, offered)));
  }

  @ParameterizedTest
  @CsvSource({"GSSAPI, '', NOBODY", "GSSAPI, PLAIN, SPNEGO", "GSSAPI, GSSAPI, SPNEGO"})
  void authFalseMakesItOptional(String listed, String offered, String expected)
      throws SpnegoException {
    assertEquals(expected, words(choose(properties("auth", "false"), listed, true, offered)));
  }

  private static String words(MechanismChoice choice) {
    if (choice.way() != MechanismChoice.Way.ANGUS) {
      return choice.way().name();
    }
    return choice.mechanisms().isEmpty() ? "any" : String.join(" ", choice.mechanisms());
  }
}
