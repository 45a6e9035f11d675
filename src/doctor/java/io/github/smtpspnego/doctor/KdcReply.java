package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.kerberos.KerberosCode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A KDC's answer to an {@link AsRequest}: a KRB-ERROR (RFC 4120 section 5.9.1), or an AS-REP
 * (section 5.4.2) if the client needs no pre-authentication. Nothing in it is authenticated.
 *
 * @param isKdc whether it is one of the two
 * @param error the error's code; 0 where it is none
 * @param clock the KDC's time as it stands in an error; empty where there is none
 * @param keys the client's keys, as far as the answer tells
 */
record KdcReply(boolean isKdc, int error, String clock, List<KeyLabel> keys) {
  static final int AS_REP = 11;
  static final int KRB_ERROR = 30;
  private static final int PA_ETYPE_INFO2 = 19;

  /** {@code KerberosTime}, RFC 4120 section 5.2.3. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  /** Reads an answer. A damaged one has no code, no time and no keys. */
  static KdcReply of(byte[] message) {
    Der der = new Der(message);
    boolean isError = der.nextIs(Der.application(KRB_ERROR));
    boolean isKdc = isError || der.nextIs(Der.application(AS_REP));
    try {
      if (isKdc) {
        Der fields = der.skip().enter(Der.SEQUENCE);
        return isError ? error(fields) : reply(fields);
      }
    } catch (IOException | RuntimeException e) {
      // TokenText reports that it is damaged.
    }
    return new KdcReply(isKdc, 0, "", List.of());
  }

  private static KdcReply reply(Der fields) throws IOException {
    TokenText.skipTo(fields, 6);
    Der encrypted = fields.enter(Der.context(6)).enter(Der.SEQUENCE);
    return new KdcReply(true, 0, "", List.of(KeyLabel.read(encrypted)));
  }

  /** Reads the fields of a KRB-ERROR. */
  static KdcReply error(Der fields) throws IOException {
    String clock = "";
    int code = 0;
    List<KeyLabel> keys = List.of();
    while (!fields.atEnd()) {
      if (fields.nextIs(Der.context(4))) {
        clock = fields.enter(Der.context(4)).readText(Der.GENERALIZED_TIME);
      } else if (fields.nextIs(Der.context(6))) {
        code = fields.enter(Der.context(6)).readInt(Der.INTEGER);
      } else if (fields.nextIs(Der.context(12))) {
        keys = keys(fields.enter(Der.context(12)).enter(Der.OCTET_STRING).rest());
      } else {
        fields.skip();
      }
    }
    return new KdcReply(true, code, clock, keys);
  }

  /** {@code METHOD-DATA} with {@code ETYPE-INFO2}, RFC 4120 sections 5.9.1 and 5.2.7.5. */
  private static List<KeyLabel> keys(byte[] data) {
    List<KeyLabel> keys = new ArrayList<>();
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
            keys.add(new KeyLabel(entry.enter(Der.context(0)).readInt(Der.INTEGER), 0));
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      return List.copyOf(keys); // other errors have other data there
    }
    return List.copyOf(keys);
  }

  /** The KDC's time; empty if it is missing or malformed. */
  Optional<Instant> time() {
    try {
      return Optional.of(LocalDateTime.parse(clock, TIME).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Describes the error. */
  String describeError() {
    String time = time().map(Instant::toString).orElse("'" + clock + "', which is no time");
    return KerberosCode.describe(error) + (clock.isEmpty() ? "" : ", its clock says " + time);
  }

  /** Describes the client's keys; empty if the answer does not. */
  String describeKeys() {
    return keys.isEmpty()
        ? ""
        : "; it has " + keys.stream().map(KeyLabel::toString).collect(Collectors.joining("; "));
  }
}
