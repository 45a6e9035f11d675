package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MechanismChoiceTest {
  private static MechanismChoice choose(String listed, String offered, boolean hasPassword) {
    List<String> offers = words(offered);
    return MechanismChoice.of(
        words(listed), name -> offers.stream().anyMatch(name::equalsIgnoreCase), hasPassword);
  }

  private static List<String> words(String text) {
    return Stream.of(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "GSSAPI,              GSSAPI PLAIN,     true,  GSSAPI",
    "GSSAPI,              PLAIN LOGIN,      true,  ''",
    "gssapi,              GSSAPI,           true,  GSSAPI",
    "GSSAPI,              gssapi,           true,  GSSAPI",
    "GSS-SPNEGO GSSAPI,   GSSAPI GSS-SPNEGO,true,  GSS-SPNEGO",
    "GSSAPI PLAIN,        PLAIN,            true,  PLAIN",
    "GSSAPI PLAIN,        PLAIN,            false, ''",
    "PLAIN GSSAPI,        PLAIN GSSAPI,     true,  PLAIN GSSAPI",
    "PLAIN GSSAPI,        PLAIN GSSAPI,     false, GSSAPI",
    "LOGIN PLAIN GSSAPI,  PLAIN LOGIN,      true,  LOGIN",
    "SCRAM-SHA-1 LOGIN GSSAPI PLAIN, SCRAM-SHA-1 LOGIN PLAIN, true, SCRAM-SHA-1 LOGIN",
    "'',                  PLAIN GSSAPI,     true,  GSSAPI",
    "'',                  GSS-SPNEGO GSSAPI,true,  GSSAPI",
    "'',                  GSS-SPNEGO PLAIN, true,  GSS-SPNEGO",
    "'',                  PLAIN,            false, ''"
  })
  void choosesWhatWasAskedFor(String listed, String offered, boolean hasPassword, String expected) {
    MechanismChoice choice = choose(listed, offered, hasPassword);
    assertEquals(words(expected), choice.names());
    assertFalse(choice.everything());
    assertFalse(choice.allows("NTLM"));
  }

  @Test
  void anythingWhereNothingWasAskedForAndNoneOfOursIsOffered() {
    MechanismChoice choice = choose("", "PLAIN LOGIN", true);
    assertTrue(choice.everything());
    assertTrue(choice.allows("LOGIN"));
  }
}
