package io.github.smtpspnego.sasl;

import io.github.smtpspnego.gss.Qop;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The client's choice of a security layer, RFC 2222 section 7.2.1: one octet with the bit of one
 * layer, three octets in network byte order with the size of the largest wrapped message that the
 * client accepts, then the authorization identity in UTF-8, if any. The choice is sent wrapped.
 *
 * @param maxSize the largest wrapped message, in octets; zero for {@link Qop#AUTH}
 * @param authorizationId the authorization identity; empty for the authenticated one
 */
record LayerChoice(Qop layer, int maxSize, String authorizationId) {
  private static final int HEADER = 4;

  /**
   * Reads an unwrapped choice.
   *
   * @throws IllegalArgumentException if it is shorter than four octets, chooses no layer or
   *     several, or its identity is not UTF-8
   */
  static LayerChoice read(byte[] octets) {
    if (octets.length < HEADER) {
      throw new IllegalArgumentException("a choice of " + octets.length + " octets");
    }
    ByteBuffer in = ByteBuffer.wrap(octets);
    int maxSize = in.getInt() & 0xffffff;
    try {
      String identity = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
      return new LayerChoice(layer(octets[0]), maxSize, identity);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("an authorization identity that is not UTF-8", e);
    }
  }

  private static Qop layer(byte bits) {
    for (Qop layer : Qop.values()) {
      if (layer.bit() == bits) {
        return layer;
      }
    }
    throw new IllegalArgumentException(
        "layer bits " + HexFormat.of().toHexDigits(bits) + " where one layer was to be chosen");
  }

  /** Encodes the choice, which is to be wrapped. */
  byte[] encode() {
    byte[] identity = authorizationId.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER + identity.length)
        .putInt(layer.bit() << 24 | maxSize)
        .put(identity)
        .array();
  }
}
