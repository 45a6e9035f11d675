package io.github.smtpspnego.gss;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code KRB-ERROR}, RFC 4120 section 5.9.1, as far as it helps to tell what is wrong.
 *
 * @param code error-code
 * @param serverTime stime, the clock of who sent it
 */
public record KrbErrorMessage(int code, Optional<Instant> serverTime) {
  private static final int APPLICATION_TAG = Der.application(30);
  private static final DateTimeFormatter KERBEROS_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT);

  static boolean isNext(Der der) {
    return der.nextIs(APPLICATION_TAG);
  }

  static KrbErrorMessage read(Der der) throws Der.MalformedException {
    Der fields = der.enter(APPLICATION_TAG).enter(Der.SEQUENCE);
    Optional<Instant> serverTime = Optional.empty();
    while (!fields.atEnd()) {
      if (fields.nextIs(Der.context(4))) {
        serverTime = time(fields.enter(Der.context(4)).readText(Der.GENERALIZED_TIME));
      } else if (fields.nextIs(Der.context(6))) {
        int code = fields.enter(Der.context(6)).readInt(Der.INTEGER);
        return new KrbErrorMessage(code, serverTime);
      } else {
        fields.skip();
      }
    }
    throw new Der.MalformedException("a KRB-ERROR without error-code");
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(LocalDateTime.parse(text, KERBEROS_TIME).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty(); // it only helps people; the code is what counts
    }
  }
}
