package io.github.smtpspnego.doctor;

import java.util.Map;
import java.util.Set;

/** Encryption types by their numbers (RFC 3961 section 8 and its registry). */
final class EncryptionType {
  private static final Map<Integer, String> NAMES =
      Map.of(
          1, "des-cbc-crc",
          3, "des-cbc-md5",
          16, "des3-cbc-sha1",
          17, "aes128-cts-hmac-sha1-96",
          18, "aes256-cts-hmac-sha1-96",
          19, "aes128-cts-hmac-sha256-128",
          20, "aes256-cts-hmac-sha384-192",
          23, "rc4-hmac",
          24, "rc4-hmac-exp");
  private static final Set<Integer> OFF_IN_THE_JDK = Set.of(1, 3, 16, 23, 24);

  private EncryptionType() {}

  static String name(int number) {
    return NAMES.getOrDefault(number, "encryption type " + number);
  }

  /** Whether current JDKs support it without {@code allow_weak_crypto}. */
  static boolean isUsable(int number) {
    return !OFF_IN_THE_JDK.contains(number);
  }
}
