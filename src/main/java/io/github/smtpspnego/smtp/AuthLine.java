package io.github.smtpspnego.smtp;

import java.util.Base64;
import java.util.Optional;

/** The octets in a line of AUTH, of either side (RFC 4954 section 4). */
final class AuthLine {
  private AuthLine() {}

  /** Decodes base64 (RFC 4648 section 4); empty if the text is not base64. */
  static Optional<byte[]> decode(String base64) {
    if (base64.length() % 4 != 0) {
      return Optional.empty(); // the JDK's decoder does not require the padding
    }
    try {
      return Optional.of(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
