package io.github.smtpspnego.gss;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ietf.jgss.Oid;

/**
 * {@code NegTokenInit}, RFC 4178 section 4.2.1, framed as RFC 2743 section 3.1 says: {@code 60 len
 * 06 06 2b0601050502 a0 len NegTokenInit}.
 *
 * @param mechTypes the mechanisms offered, best first
 * @param mechToken the optimistic token of the first one
 */
public record NegTokenInit(List<Oid> mechTypes, Optional<byte[]> mechToken) {
  /** Copies the list. */
  public NegTokenInit {
    mechTypes = List.copyOf(mechTypes);
  }

  /** Reads what follows the framing. */
  static NegTokenInit read(Der inner) throws Der.MalformedException {
    Der choice = inner.enter(Der.context(0));
    inner.expectEnd();
    Der sequence = choice.enter(Der.SEQUENCE);
    choice.expectEnd();

    List<Oid> mechTypes = new ArrayList<>();
    Der list = sequence.enter(Der.context(0)).enter(Der.SEQUENCE);
    while (!list.atEnd()) {
      mechTypes.add(list.readOid());
    }
    if (sequence.nextIs(Der.context(1))) {
      sequence.skip(); // reqFlags: to be ignored, RFC 4178 section 4.2.1
    }
    Optional<byte[]> mechToken = Optional.empty();
    if (sequence.nextIs(Der.context(2))) {
      mechToken = Optional.of(sequence.enter(Der.context(2)).readOctetString());
    }
    while (!sequence.atEnd()) {
      sequence.skip(); // mechListMIC, or the negHints of MS-SPNG section 2.2.1
    }
    return new NegTokenInit(mechTypes, mechToken);
  }

  /** The whole token with its framing; without reqFlags and mechListMIC. */
  byte[] encode() {
    byte[][] types = mechTypes.stream().map(Der::encode).toArray(byte[][]::new);
    byte[] token =
        mechToken
            .map(t -> Der.element(Der.context(2), Der.element(Der.OCTET_STRING, t)))
            .orElse(new byte[0]);
    return Der.element(
        Der.application(0),
        Der.encode(Oids.SPNEGO),
        Der.element(
            Der.context(0),
            Der.element(
                Der.SEQUENCE,
                Der.element(Der.context(0), Der.element(Der.SEQUENCE, types)),
                token)));
  }
}
