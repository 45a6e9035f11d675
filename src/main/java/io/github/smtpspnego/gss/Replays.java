package io.github.smtpspnego.gss;

import java.io.IOException;
import java.time.Instant;

/** Remembers the tokens that were accepted, RFC 4120 section 3.2.3. */
public interface Replays {
  /**
   * Remembers a token.
   *
   * @param digest the SHA-256 digest of its encrypted authenticator
   * @param until when the token expires; it must be remembered until then
   * @return true if it was not remembered before
   * @throws IOException if it cannot be remembered: there is no room, or the memory cannot be
   *     reached
   */
  boolean add(byte[] digest, Instant until) throws IOException;
}
