package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.gss.Qop;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The four octets of RFC 2222 section 7.2, offered and chosen. */
class LayerOfferAndChoiceTest {
  @ParameterizedTest
  @CsvSource({
    "0100bb80, 48000, AUTH", // Exchange
    "01000000, 0, AUTH", // Cyrus SASL
    "01ffffff, 16777215, AUTH", // Dovecot
    "0700bb80, 48000, AUTH AUTH_INT AUTH_CONF",
    "06000001, 1, AUTH_INT AUTH_CONF",
    "00000000, 0, ''",
    "f9000000, 0, AUTH", // bits that RFC 2222 does not know
  })
  void offersAsServersMakeThem(String hex, int maxSize, String layers) {
    LayerOffer offer = LayerOffer.read(HexFormat.of().parseHex(hex));
    assertEquals(maxSize, offer.maxSize());
    assertEquals(
        layers.isEmpty() ? List.of() : List.of(layers.split(" ", -1)),
        offer.layers().stream().map(Enum::name).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "01", "010000", "0100000000"})
  void anOfferHasFourOctets(String hex) {
    byte[] octets = HexFormat.of().parseHex(hex);
    assertThrows(IllegalArgumentException.class, () -> LayerOffer.read(octets));
  }

  @Test
  void anOfferIsEncoded() {
    LayerOffer offer = new LayerOffer(List.of(Qop.AUTH_CONF, Qop.AUTH), 0xabcdef);
    assertArrayEquals(HexFormat.of().parseHex("05abcdef"), offer.encode());
  }

  @Test
  void aChoiceIsReadAgain() {
    LayerChoice choice = new LayerChoice(Qop.AUTH_INT, 65536, "jürgen@example.test");
    assertEquals(choice, LayerChoice.read(choice.encode()));
    LayerChoice nobody = new LayerChoice(Qop.AUTH, 0, "");
    assertArrayEquals(new byte[] {1, 0, 0, 0}, nobody.encode());
    assertEquals(nobody, LayerChoice.read(nobody.encode()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01",
        "010000", // too short
        "00000000",
        "03000000",
        "08000000",
        "ff000000", // not one layer
        "01000000ff",
        "01000000c080",
        "01000000e282", // not UTF-8
      })
  void whatIsNoChoiceIsRefused(String hex) {
    byte[] octets = HexFormat.of().parseHex(hex);
    assertThrows(IllegalArgumentException.class, () -> LayerChoice.read(octets));
  }

  @Test
  void anIdentityIsAllThatFollows() {
    byte[] octets = "\1\0\0\0a\0b".getBytes(StandardCharsets.UTF_8);
    assertEquals("a\0b", LayerChoice.read(octets).authorizationId());
  }
}
