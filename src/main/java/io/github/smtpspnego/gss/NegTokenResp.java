package io.github.smtpspnego.gss;

import java.util.Optional;
import org.ietf.jgss.Oid;

/**
 * {@code NegTokenResp}, RFC 4178 section 4.2.2: {@code a1 len 30 len}, then up to four fields
 * {@code [0]} to {@code [3]}.
 *
 * @param negState where the acceptor says the negotiation is
 * @param supportedMech the mechanism chosen; in the first reply only
 * @param responseToken the mechanism's token
 * @param mechListMic the integrity token over the list of mechanisms
 */
public record NegTokenResp(
    Optional<NegState> negState,
    Optional<Oid> supportedMech,
    Optional<byte[]> responseToken,
    Optional<byte[]> mechListMic) {

  static boolean isNext(Der der) {
    return der.nextIs(Der.context(1));
  }

  /**
   * Reads a whole token.
   *
   * @throws Der.MalformedException if the octets are no such token
   */
  static NegTokenResp read(byte[] token) throws Der.MalformedException {
    Der der = new Der(token);
    Der choice = der.enter(Der.context(1));
    der.expectEnd();
    Der sequence = choice.enter(Der.SEQUENCE);
    choice.expectEnd();

    Optional<NegState> negState = Optional.empty();
    if (sequence.nextIs(Der.context(0))) {
      int value = sequence.enter(Der.context(0)).readInt(Der.ENUMERATED);
      negState = Optional.of(NegState.of(value));
    }
    Optional<Oid> supportedMech = Optional.empty();
    if (sequence.nextIs(Der.context(1))) {
      supportedMech = Optional.of(sequence.enter(Der.context(1)).readOid());
    }
    Optional<byte[]> responseToken = Optional.empty();
    if (sequence.nextIs(Der.context(2))) {
      responseToken = Optional.of(sequence.enter(Der.context(2)).readOctetString());
    }
    Optional<byte[]> mechListMic = Optional.empty();
    if (sequence.nextIs(Der.context(3))) {
      mechListMic = Optional.of(sequence.enter(Der.context(3)).readOctetString());
    }
    sequence.expectEnd();
    return new NegTokenResp(negState, supportedMech, responseToken, mechListMic);
  }

  /** The same token with this mechanism where it names none. */
  NegTokenResp orSupportedMech(Oid mechanism) {
    return new NegTokenResp(
        negState, supportedMech.or(() -> Optional.of(mechanism)), responseToken, mechListMic);
  }

  /** The token in DER. */
  byte[] encode() {
    byte[] none = {};
    return Der.element(
        Der.context(1),
        Der.element(
            Der.SEQUENCE,
            negState
                .map(s -> Der.element(Der.ENUMERATED, new byte[] {(byte) s.value()}))
                .map(e -> Der.element(Der.context(0), e))
                .orElse(none),
            supportedMech.map(m -> Der.element(Der.context(1), Der.encode(m))).orElse(none),
            responseToken.map(t -> octets(2, t)).orElse(none),
            mechListMic.map(t -> octets(3, t)).orElse(none)));
  }

  private static byte[] octets(int field, byte[] contents) {
    return Der.element(Der.context(field), Der.element(Der.OCTET_STRING, contents));
  }
}
