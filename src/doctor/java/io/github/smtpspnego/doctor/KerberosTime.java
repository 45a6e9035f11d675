package io.github.smtpspnego.doctor;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Optional;

/** {@code KerberosTime}, RFC 4120 section 5.2.3; what a peer sends need not be one. */
final class KerberosTime {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private KerberosTime() {}

  static Optional<Instant> read(String text) {
    try {
      return Optional.of(LocalDateTime.parse(text, FORMAT).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The time for people, as it came where it is none. */
  static String text(String text) {
    return read(text).map(Instant::toString).orElse("'" + text + "', which is no time");
  }
}
