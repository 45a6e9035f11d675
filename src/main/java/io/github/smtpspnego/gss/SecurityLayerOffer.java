package io.github.smtpspnego.gss;

import java.util.ArrayList;
import java.util.List;

/**
 * The server's offer of security layers, RFC 2222 section 7.2.2: one octet of layer bits, then the
 * largest message the server takes, three octets in network byte order. It travels wrapped.
 *
 * @param layers the layers offered
 * @param maxSize the largest wrapped message that the server takes, in octets; of no meaning where
 *     no layer is chosen (Exchange sends 48000)
 */
public record SecurityLayerOffer(List<Qop> layers, int maxSize) {
  /** The length of an offer, in octets. */
  public static final int LENGTH = 4;

  /** Copies the list. */
  public SecurityLayerOffer {
    layers = List.copyOf(layers);
  }

  /**
   * Reads an unwrapped offer.
   *
   * @param octets what was in the wrapped token
   * @return the offer
   * @throws IllegalArgumentException if it is not four octets long
   */
  public static SecurityLayerOffer decode(byte[] octets) {
    if (octets.length != LENGTH) {
      throw new IllegalArgumentException("an offer of " + octets.length + " octets");
    }
    List<Qop> layers = new ArrayList<>();
    for (Qop qop : Qop.values()) {
      if ((octets[0] & qop.bit()) != 0) {
        layers.add(qop);
      }
    }
    return new SecurityLayerOffer(layers, SizeField.decode(octets));
  }

  /**
   * The offer as it is to be wrapped.
   *
   * @return four octets
   */
  public byte[] encode() {
    int bits = layers.stream().mapToInt(Qop::bit).reduce(0, (a, b) -> a | b);
    return SizeField.encode(bits, maxSize, new byte[0]);
  }
}
