package io.github.smtpspnego.gss;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The first half of the SHA-256 hash of an encrypted authenticator: enough to know it again, and
 * small to keep.
 */
final class AuthenticatorHash {
  private final long high;
  private final long low;

  private AuthenticatorHash(long high, long low) {
    this.high = high;
    this.low = low;
  }

  static AuthenticatorHash of(byte[] authenticator) {
    try {
      ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(authenticator));
      return new AuthenticatorHash(hash.getLong(), hash.getLong());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("SHA-256 is in every JDK", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AuthenticatorHash hash && high == hash.high && low == hash.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(low);
  }
}
