package io.github.smtpspnego.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What cannot be changed on the way without being noticed: the encrypted parts of an AP-REQ or
 * AP-REP, and a wrapped token but for its rotation. Found without the code under test.
 */
final class Proof {
  private static final int AP_REQ = 0x6e;
  private static final int AP_REP = 0x6f;
  private static final int HEADER = 16;

  private final List<byte[]> parts = new ArrayList<>();

  /** The proof in a real token. */
  Proof(byte[] token) {
    for (DerNode node : DerNode.parse(token).all()) {
      if (node.tag == AP_REQ || node.tag == AP_REP) {
        node.all().stream()
            .filter(one -> one.tag == DerNode.OCTET_STRING && one.contents().length > 40)
            .forEach(cipher -> parts.add(cipher.contents()));
      }
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a token without a proof");
    }
  }

  /** Whether a token could prove the same: all parts are in it, whatever is around them. */
  boolean isIn(byte[] token) {
    return parts.stream().allMatch(part -> indexOf(token, part) >= 0);
  }

  /**
   * Whether two wrapped tokens (RFC 4121 section 4.2.6.2, not encrypted) say the same. EC and RRC
   * are under no checksum; a rotation is undone here, and EC must be what it was.
   */
  static boolean isSameMessage(byte[] genuine, byte[] token) {
    return token.length == genuine.length
        && token.length > HEADER
        && Arrays.equals(straight(genuine), straight(token));
  }

  private static byte[] straight(byte[] token) {
    byte[] straight = token.clone();
    int length = token.length - HEADER;
    int by = ((token[6] & 0xff) << 8 | (token[7] & 0xff)) % length;
    for (int i = 0; i < length; i++) {
      straight[HEADER + i] = token[HEADER + (i + by) % length];
    }
    straight[6] = 0;
    straight[7] = 0;
    return straight;
  }

  /** Where the part begins in the octets; -1 where it is not in them. */
  static int indexOf(byte[] octets, byte[] part) {
    for (int i = 0; i + part.length <= octets.length; i++) {
      if (octets[i] == part[0] && Arrays.equals(octets, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }
}
