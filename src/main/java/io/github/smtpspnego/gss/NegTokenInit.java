package io.github.smtpspnego.gss;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * {@code NegTokenInit}, RFC 4178 section 4.2.1, framed as RFC 2743 section 3.1 says: {@code 60 len
 * 06 06 2b0601050502 a0 len 30 len}, then up to four fields {@code [0]} to {@code [3]}.
 */
final class NegTokenInit {
  /** The mechanisms offered, best first. */
  final List<Oid> mechTypes = new ArrayList<>();

  /** The optimistic token of the first one. */
  final byte @Nullable [] mechToken;

  /**
   * Reads what follows the framing.
   *
   * @throws IOException if the octets are no such token
   */
  NegTokenInit(Der der) throws IOException {
    Der fields = der.enterLast(Der.context(0)).enterLast(Der.SEQUENCE);
    Der list = fields.enter(Der.context(0)).enter(Der.SEQUENCE);
    while (!list.atEnd()) {
      mechTypes.add(list.readOid());
    }
    fields.enterIf(Der.context(1)); // reqFlags: to be ignored, RFC 4178 section 4.2.1
    mechToken = fields.readOctetField(2);
    while (!fields.atEnd()) {
      fields.skip(); // mechListMIC, or the negHints of MS-SPNG section 2.2.1
    }
  }

  /** A whole token with its framing; without reqFlags and mechListMIC. */
  static byte[] encode(List<Oid> mechTypes, byte @Nullable [] mechToken) {
    byte[][] types = new byte[mechTypes.size()][];
    for (int i = 0; i < types.length; i++) {
      types[i] = Der.encode(mechTypes.get(i));
    }
    byte[] list = Der.element(Der.context(0), Der.element(Der.SEQUENCE, types));
    byte[] fields = Der.element(Der.SEQUENCE, list, Der.octetField(2, mechToken));
    return Der.element(
        Der.application(0), Der.encode(Oids.SPNEGO), Der.element(Der.context(0), fields));
  }

  /** The token in words. */
  String describe() {
    List<String> names = new ArrayList<>();
    for (Oid mechanism : mechTypes) {
      names.add(Oids.name(mechanism));
    }
    return "a NegTokenInit offering " + String.join(", ", names);
  }
}
