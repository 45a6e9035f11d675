package io.github.smtpspnego.kerberos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  @ParameterizedTest
  @ValueSource(strings = {"a\r\nb", "a\0b", "a\u001bb", "a\u2028b", "a\u202eb", "a\ud800b"})
  void whatBreaksALineIsShownAsAQuestionMark(String name) {
    assertTrue(Printable.hasControls(name));
    assertFalse(Printable.hasControls(Printable.of(name)));
    assertTrue(Printable.of(name).startsWith("a?"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "alice@EXAMPLE.TEST", "jürgen", "李", "\ud83d\ude00"})
  void namesStayAsTheyAre(String name) {
    assertFalse(Printable.hasControls(name));
    assertEquals(name, Printable.of(name));
  }

  @Test
  void aLongNameIsCutOff() {
    assertEquals("a".repeat(120), Printable.of("a".repeat(120)));
    assertEquals("a".repeat(120) + "... (9000 characters)", Printable.of("a".repeat(9000)));
  }
}
