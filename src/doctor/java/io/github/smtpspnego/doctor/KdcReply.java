package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a KDC answers to an {@link AsRequest}: a KRB-ERROR (RFC 4120 section 5.9.1), or where the
 * client needs no pre-authentication an AS-REP (section 5.4.2). Nothing in it is proved.
 *
 * @param isKdc whether it is one of the two
 * @param error the error's code; 0 for an AS-REP
 * @param time the KDC's clock, which an error tells
 * @param encryptionTypes those of the client's keys, as far as the answer tells
 * @param kvno the version of the client's key; 0 where the answer does not tell
 */
record KdcReply(
    boolean isKdc, int error, Optional<Instant> time, List<Integer> encryptionTypes, int kvno) {
  private static final int AS_REP = 11;
  private static final int KRB_ERROR = 30;
  private static final int PA_ETYPE_INFO2 = 19;

  static KdcReply of(byte[] message) {
    Der der = new Der(message);
    boolean isError = der.nextIs(Der.application(KRB_ERROR));
    boolean isKdc = isError || der.nextIs(Der.application(AS_REP));
    try {
      if (isKdc) {
        return isError
            ? error(der.enter(Der.application(KRB_ERROR)).enter(Der.SEQUENCE))
            : reply(der.enter(Der.application(AS_REP)).enter(Der.SEQUENCE));
      }
    } catch (IOException | RuntimeException e) {
      // It tells nothing more; its description says that it is damaged.
    }
    return new KdcReply(isKdc, 0, Optional.empty(), List.of(), 0);
  }

  private static KdcReply reply(Der fields) throws IOException {
    TokenText.skipTo(fields, 6);
    Der encrypted = fields.enter(Der.context(6)).enter(Der.SEQUENCE);
    int type = encrypted.enter(Der.context(0)).readInt(Der.INTEGER);
    int kvno =
        encrypted.nextIs(Der.context(1)) ? encrypted.enter(Der.context(1)).readInt(Der.INTEGER) : 0;
    return new KdcReply(true, 0, Optional.empty(), List.of(type), kvno);
  }

  private static KdcReply error(Der fields) throws IOException {
    Optional<Instant> time = Optional.empty();
    int code = 0;
    List<Integer> types = List.of();
    while (!fields.atEnd()) {
      if (fields.nextIs(Der.context(4))) {
        time = KerberosTime.read(fields.enter(Der.context(4)).readText(Der.GENERALIZED_TIME));
      } else if (fields.nextIs(Der.context(6))) {
        code = fields.enter(Der.context(6)).readInt(Der.INTEGER);
      } else if (fields.nextIs(Der.context(12))) {
        types = encryptionTypes(fields.enter(Der.context(12)).enter(Der.OCTET_STRING).rest());
      } else {
        fields.skip();
      }
    }
    return new KdcReply(true, code, time, types, 0);
  }

  /** {@code METHOD-DATA} with {@code ETYPE-INFO2}, RFC 4120 sections 5.9.1 and 5.2.7.5. */
  private static List<Integer> encryptionTypes(byte[] data) {
    List<Integer> types = new ArrayList<>();
    try {
      Der methods = new Der(data).enter(Der.SEQUENCE);
      while (!methods.atEnd()) {
        Der method = methods.enter(Der.SEQUENCE);
        int type = method.enter(Der.context(1)).readInt(Der.INTEGER);
        byte[] value = method.readOctetField(2);
        if (type == PA_ETYPE_INFO2 && value != null) {
          Der entries = new Der(value).enter(Der.SEQUENCE);
          while (!entries.atEnd()) {
            Der entry = entries.enter(Der.SEQUENCE);
            types.add(entry.enter(Der.context(0)).readInt(Der.INTEGER));
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      return List.copyOf(types); // other errors have other data there
    }
    return List.copyOf(types);
  }
}
