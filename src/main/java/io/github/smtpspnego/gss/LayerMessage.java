package io.github.smtpspnego.gss;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The server's offer of security layers (RFC 2222 section 7.2.2) or the client's choice of one
 * (section 7.2.1): one octet of layer bits, three octets in network byte order with the largest
 * message that its sender takes, then, in a choice, the authorization identity in UTF-8, if any. It
 * travels wrapped.
 *
 * @param layers the layers offered, or the one chosen
 * @param maxSize the largest wrapped message, in octets; of no meaning where no layer is chosen
 *     (Exchange offers 48000)
 * @param authorizationId the identity to act as; empty for the authenticated one
 */
public record LayerMessage(List<Qop> layers, int maxSize, Optional<String> authorizationId) {
  private static final int HEADER = 4;

  /** Copies the list. */
  public LayerMessage {
    layers = List.copyOf(layers);
  }

  /**
   * Reads an unwrapped offer.
   *
   * @param octets what was in the wrapped token
   * @return the offer
   * @throws IllegalArgumentException if it is not four octets long
   */
  public static LayerMessage readOffer(byte[] octets) {
    if (octets.length != HEADER) {
      throw new IllegalArgumentException("an offer of " + octets.length + " octets");
    }
    return new LayerMessage(layers(octets), maxSize(octets), Optional.empty());
  }

  /**
   * Reads an unwrapped choice.
   *
   * @param octets what was in the wrapped token
   * @return the choice
   * @throws IllegalArgumentException if it is shorter than four octets, chooses no layer or
   *     several, or its identity is not UTF-8
   */
  public static LayerMessage readChoice(byte[] octets) {
    if (octets.length < HEADER) {
      throw new IllegalArgumentException("a choice of " + octets.length + " octets");
    }
    List<Qop> layers = layers(octets);
    if (layers.size() != 1 || layers.get(0).bit() != octets[0]) {
      throw new IllegalArgumentException(
          "layer bits "
              + HexFormat.of().toHexDigits(octets[0])
              + " where one layer was to be chosen");
    }
    ByteBuffer identity = ByteBuffer.wrap(octets, HEADER, octets.length - HEADER);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(identity).toString();
      return new LayerMessage(
          layers, maxSize(octets), text.isEmpty() ? Optional.empty() : Optional.of(text));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("an authorization identity that is not UTF-8", e);
    }
  }

  private static List<Qop> layers(byte[] octets) {
    List<Qop> layers = new ArrayList<>();
    for (Qop qop : Qop.values()) {
      if ((octets[0] & qop.bit()) != 0) {
        layers.add(qop);
      }
    }
    return layers;
  }

  private static int maxSize(byte[] octets) {
    return ByteBuffer.wrap(octets).getInt() & 0xffffff;
  }

  /**
   * The message as it is to be wrapped.
   *
   * @return at least four octets
   */
  public byte[] encode() {
    int bits = 0;
    for (Qop layer : layers) {
      bits |= layer.bit();
    }
    byte[] identity = authorizationId.orElse("").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER + identity.length)
        .putInt(bits << 24 | maxSize)
        .put(identity)
        .array();
  }
}
