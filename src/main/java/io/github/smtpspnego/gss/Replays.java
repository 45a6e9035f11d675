package io.github.smtpspnego.gss;

import java.io.IOException;
import java.time.Instant;

/** Remembers the tokens that were accepted, RFC 4120 section 3.2.3. */
public interface Replays {
  /**
   * Remembers a token.
   *
   * @param digest the SHA-256 digest of its encrypted authenticator
   * @param until how long the token is good, and so must be remembered
   * @return true if it was not remembered before
   * @throws IOException if it cannot be remembered: there is no room, or no connection
   */
  boolean add(byte[] digest, Instant until) throws IOException;
}
