package io.github.smtpspnego.sasl;

import io.github.smtpspnego.gss.Qop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The server's offer of security layers, RFC 2222 section 7.2.2: one octet of layer bits, then
 * three octets in network byte order with the size of the largest wrapped message that the server
 * accepts. The offer is sent wrapped.
 *
 * @param layers the offered layers; bits that RFC 2222 does not define are ignored
 * @param maxSize the largest wrapped message, in octets; it has no meaning if {@link Qop#AUTH} is
 *     chosen (Exchange sends 48000)
 */
record LayerOffer(List<Qop> layers, int maxSize) {
  private static final int LENGTH = 4;

  /** Copies the list. */
  LayerOffer {
    layers = List.copyOf(layers);
  }

  /**
   * Reads an unwrapped offer.
   *
   * @throws IllegalArgumentException if it is not four octets long
   */
  static LayerOffer read(byte[] octets) {
    if (octets.length != LENGTH) {
      throw new IllegalArgumentException("an offer of " + octets.length + " octets");
    }
    List<Qop> layers = new ArrayList<>();
    for (Qop layer : Qop.values()) {
      if ((octets[0] & layer.bit()) != 0) {
        layers.add(layer);
      }
    }
    return new LayerOffer(layers, ByteBuffer.wrap(octets).getInt() & 0xffffff);
  }

  /** Encodes the offer, which is to be wrapped. */
  byte[] encode() {
    int bits = 0;
    for (Qop layer : layers) {
      bits |= layer.bit();
    }
    return ByteBuffer.allocate(LENGTH).putInt(bits << 24 | maxSize).array();
  }
}
