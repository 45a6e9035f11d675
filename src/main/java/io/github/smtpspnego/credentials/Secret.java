package io.github.smtpspnego.credentials;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A password, which is wiped after one login, and its fingerprint, which is kept.
 *
 * <p>Logins are shared only by callers that know the same password. To compare passwords without
 * keeping them, a keyed hash is kept. Its key is random in each JVM.
 */
final class Secret implements AutoCloseable {
  private static final byte[] KEY = new byte[32];

  static {
    new SecureRandom().nextBytes(KEY);
  }

  private final char[] password;
  private final String fingerprint;

  /** Copies the password. The caller's array is not changed. */
  Secret(char @Nullable [] password) {
    this.password = password == null ? new char[0] : password.clone();
    this.fingerprint = fingerprint(this.password);
  }

  boolean isEmpty() {
    return password.length == 0;
  }

  /** The password itself; not copied, so that {@link #close} wipes it. */
  char[] chars() {
    return password;
  }

  /** Identifies the password. */
  String fingerprint() {
    return fingerprint;
  }

  /** Wipes the password. */
  @Override
  public void close() {
    Arrays.fill(password, '\0');
  }

  @Override
  public String toString() {
    return "a secret";
  }

  private static String fingerprint(char[] password) {
    if (password.length == 0) {
      return "";
    }
    ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
      mac.update(encoded);
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is in every JDK", e);
    } finally {
      encoded.clear().put(new byte[encoded.capacity()]);
    }
  }
}
