package io.github.smtpspnego.gss;

import java.io.IOException;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * {@code NegTokenResp}, RFC 4178 section 4.2.2: {@code a1 len 30 len}, then up to four fields
 * {@code [0]} to {@code [3]}. Further fields are skipped: the specification allows new ones, and
 * newer versions of Windows send some.
 */
final class NegTokenResp implements PeerToken {
  final NegState negState;

  /** The chosen mechanism, in the first reply only. */
  final @Nullable Oid supportedMech;

  /** The mechanism's token. */
  final byte @Nullable [] responseToken;

  /** The integrity token over the list of mechanisms. */
  final byte @Nullable [] mechListMic;

  /**
   * Reads a whole token.
   *
   * @throws IOException if it is not a NegTokenResp
   */
  NegTokenResp(Der der) throws IOException {
    Der fields = der.enterLast(Der.context(1)).enterLast(Der.SEQUENCE);
    Der field = fields.enterIf(Der.context(0));
    negState = field == null ? NegState.ABSENT : NegState.of(field.readInt(Der.ENUMERATED));
    field = fields.enterIf(Der.context(1));
    supportedMech = field == null ? null : field.readOid();
    responseToken = fields.readOctetField(2);
    mechListMic = fields.readOctetField(3);
    fields.skipFieldsAfter(3);
  }

  /** Encodes a token, without the fields that are null. */
  static byte[] encode(
      NegState negState,
      @Nullable Oid supportedMech,
      byte @Nullable [] responseToken,
      byte @Nullable [] mechListMic) {
    byte[] state = Der.element(Der.ENUMERATED, new byte[] {(byte) negState.value});
    byte[] fields =
        Der.element(
            Der.SEQUENCE,
            Der.field(0, state),
            supportedMech == null ? new byte[0] : Der.field(1, Der.encode(supportedMech)),
            Der.octetField(2, responseToken),
            Der.octetField(3, mechListMic));
    return Der.field(1, fields);
  }

  @Override
  public String describe() {
    return "a NegTokenResp with negState " + negState;
  }
}
