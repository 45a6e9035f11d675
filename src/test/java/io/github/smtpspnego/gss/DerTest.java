package io.github.smtpspnego.gss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The DER of X.690, as far as it is read here. */
class DerTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0x20000})
  void whatIsEncodedIsReadAgain(int length) throws Exception {
    byte[] contents = new byte[length];
    Der der = new Der(Der.element(Der.OCTET_STRING, contents));
    assertArrayEquals(contents, der.enter(Der.OCTET_STRING).rest());
    assertTrue(der.atEnd());
  }

  @Test
  void elementsAreReadOneByOne() throws Exception {
    Der der = der("30 06 02 01 05 04 01 ff 05 00");
    Der sequence = der.enter(Der.SEQUENCE);
    assertTrue(sequence.nextIs(Der.INTEGER));
    assertEquals(5, sequence.readInt(Der.INTEGER));
    sequence.skip();
    sequence.expectEnd();
    assertFalse(der.atEnd());
    assertThrows(IOException.class, der::expectEnd);
  }

  @ParameterizedTest
  @CsvSource({
    "02 01 00, 0",
    "02 01 7f, 127",
    "02 01 ff, -1",
    "02 02 00 80, 128",
    "02 04 80 00 00 00, -2147483648"
  })
  void numbersAreSigned(String hex, int number) throws Exception {
    assertEquals(number, der(hex).readInt(Der.INTEGER));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "02", // no length
        "02 01", // no contents
        "02 00", // no number
        "02 05 01 02 03 04 05", // too large a number
        "03 01 05", // another tag
        "02 80 01 00 00", // indefinite length
        "02 81", // no length after its size
        "02 82 01", // half a length
        "02 85 00 00 00 00 01 05", // a length of five octets
        "02 84 ff ff ff ff 05",
        "02 84 80 00 00 01 05",
        "1f 02 01 05", // a tag of two octets
        "02 83 ff ff ff 05", // more than there is
        "02 ff 05",
      })
  void whatIsNoNumberIsMalformed(String hex) {
    assertThrows(IOException.class, () -> der(hex).readInt(Der.INTEGER));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"06 00", "06 01 80", "06 02 2b 80", "06 0a ff ff ff ff ff ff ff ff ff ff"})
  void whatIsNoObjectIdentifierIsMalformed(String hex) {
    assertThrows(IOException.class, () -> der(hex).readOid());
  }

  @Test
  void anObjectIdentifierIsRead() throws Exception {
    assertEquals(Oids.SPNEGO, der("06 06 2b 06 01 05 05 02").readOid());
    assertEquals(Oids.MS_KERBEROS, new Der(Der.encode(Oids.MS_KERBEROS)).readOid());
  }

  /** X.690 section 8.1.3.5 allows them in BER, and some encoders write them. */
  @ParameterizedTest
  @ValueSource(strings = {"02 01 05", "02 81 01 05", "02 82 00 01 05", "02 84 00 00 00 01 05"})
  void aLengthMayBeLongerThanItNeedsToBe(String hex) throws Exception {
    assertEquals(5, der(hex).readInt(Der.INTEGER));
  }

  @Test
  void unknownFieldsAreSkippedAndKnownOnesAreNot() throws Exception {
    der("a4 01 ff 85 00 30 00").skipFieldsAfter(3);
    assertThrows(IOException.class, () -> der("a4 01 ff a3 00").skipFieldsAfter(3));
    assertThrows(IOException.class, () -> der("a0 00").skipFieldsAfter(3));
  }

  @Test
  void skippingPastTheEndIsMalformed() {
    assertThrows(IOException.class, () -> der("").skip());
  }

  private static Der der(String hex) {
    return new Der(HexFormat.of().parseHex(hex.replace(" ", "")));
  }
}
