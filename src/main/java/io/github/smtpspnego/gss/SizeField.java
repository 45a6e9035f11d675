package io.github.smtpspnego.gss;

import java.util.Arrays;

/** The four octets that begin an offer and a choice: layer bits, then a size of three octets. */
final class SizeField {
  private SizeField() {}

  static int decode(byte[] octets) {
    return (octets[1] & 0xff) << 16 | (octets[2] & 0xff) << 8 | (octets[3] & 0xff);
  }

  static byte[] encode(int layers, int size, byte[] trailer) {
    byte[] octets = Arrays.copyOf(new byte[] {(byte) layers}, 4 + trailer.length);
    octets[1] = (byte) (size >>> 16);
    octets[2] = (byte) (size >>> 8);
    octets[3] = (byte) size;
    System.arraycopy(trailer, 0, octets, 4, trailer.length);
    return octets;
  }
}
