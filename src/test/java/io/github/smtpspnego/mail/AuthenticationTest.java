package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.sasl.ExchangeWatch;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which mechanisms may be used. What comes of them is seen by the tests with a server. */
class AuthenticationTest {
  private final ExchangeWatch watch = ExchangeWatch.open("smtp", Authentication.LINE_LIMIT);

  @AfterEach
  void close() {
    watch.close();
  }

  private Authentication configured(String listed, boolean hasPassword) {
    return new Authentication("mail.test", words(listed), hasPassword, watch);
  }

  private static List<String> words(String text) {
    return Stream.of(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "GSSAPI,              GSSAPI PLAIN,     true,  GSSAPI",
    "gssapi,              GSSAPI,           true,  GSSAPI",
    "GSSAPI,              gssapi,           true,  GSSAPI",
    "GSS-SPNEGO GSSAPI,   GSSAPI GSS-SPNEGO,true,  GSS-SPNEGO",
    "GSSAPI PLAIN,        PLAIN,            true,  PLAIN",
    "GSSAPI plain,        PLAIN,            true,  PLAIN",
    "PLAIN GSSAPI,        PLAIN GSSAPI,     true,  PLAIN GSSAPI",
    "PLAIN GSSAPI,        PLAIN GSSAPI,     false, GSSAPI",
    "LOGIN PLAIN GSSAPI,  PLAIN LOGIN,      true,  LOGIN",
    "SCRAM-SHA-1 LOGIN GSSAPI PLAIN, SCRAM-SHA-1 LOGIN PLAIN, true, SCRAM-SHA-1 LOGIN",
    "'',                  PLAIN GSSAPI,     true,  GSSAPI",
    "'',                  GSS-SPNEGO GSSAPI,true,  GSSAPI",
    "'',                  GSS-SPNEGO PLAIN, true,  GSS-SPNEGO",
  })
  void choosesWhatWasAskedFor(String listed, String offered, boolean hasPassword, String expected) {
    Authentication authentication = configured(listed, hasPassword);
    assertEquals(words(expected), List.of(authentication.choose(offered, false, false)));
    for (String name : words(expected)) {
      assertTrue(authentication.allows(name), name);
    }
    assertFalse(authentication.allows("NTLM"));
  }

  @ParameterizedTest
  @CsvSource({
    "GSSAPI,       PLAIN LOGIN, true",
    "GSSAPI PLAIN, PLAIN,       false",
    "GSSAPI PLAIN, '',          true",
    "'',           PLAIN,       false"
  })
  void nothingElseIsUsedInItsPlace(String listed, String offered, boolean hasPassword) {
    Authentication authentication = configured(listed, hasPassword);
    // An empty list would mean any to Angus, which asks then whether each of these is offered.
    for (String name : authentication.choose(offered, false, false)) {
      assertFalse(authentication.allows(name), name);
    }
    assertTrue(authentication.choose(offered, false, false).length > 0);
    assertFalse(authentication.allows("LOGIN"));
    assertFalse(authentication.allows("PLAIN"));
  }

  @Test
  void anythingWhereNothingWasAskedForAndNoneOfOursIsOffered() {
    Authentication authentication = configured("", true);
    assertEquals(0, authentication.choose("PLAIN LOGIN", false, false).length);
    assertTrue(authentication.allows("LOGIN"));
  }
}
