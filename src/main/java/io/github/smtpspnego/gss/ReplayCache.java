package io.github.smtpspnego.gss;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The authenticators accepted lately, RFC 4120 section 3.2.3.
 *
 * <p>The JDK keeps such a list too, but one for each server name as it stands unencrypted in the
 * ticket, and takes a ticket under a changed name or realm where the key fits. So a listener could
 * send a client's token once more with one letter changed. Where a layer offer follows he gets no
 * further; without the offer he would be in. Here only what he cannot change counts.
 *
 * <p>An authenticator is good for the clock skew before and after its time, five minutes each by
 * default. Its hash is kept for longer, in the younger of two generations and then in the older,
 * which is forgotten as a whole; earlier, where there are too many. Of two authenticators with one
 * hash the later would be refused, and with 64 bits that does not happen.
 */
final class ReplayCache {
  /** How long an authenticator is kept at least where they are not too many. */
  static final Duration KEPT = Duration.ofMinutes(30);

  /** How many a generation holds, and so how many come at least before one is forgotten early. */
  static final int MOST = 1 << 17;

  private static final ReplayCache SHARED = new ReplayCache(InstantSource.system());

  private final InstantSource clock;
  private Instant began;
  private LongSet younger = new LongSet();
  private LongSet older = new LongSet();

  ReplayCache(InstantSource clock) {
    this.clock = clock;
    this.began = clock.instant();
  }

  static ReplayCache shared() {
    return SHARED;
  }

  /** What stands for an authenticator here. */
  static long hash(byte[] authenticator) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(authenticator)).getLong();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("SHA-256 is in every JDK", e);
    }
  }

  /** Whether the authenticator was accepted before. */
  synchronized boolean contains(long hash) {
    if (clock.instant().isAfter(began.plus(KEPT))) {
      beginGeneration();
    }
    return younger.contains(hash) || older.contains(hash);
  }

  /** Remembers an authenticator; false where it was accepted before. */
  synchronized boolean add(long hash) {
    if (contains(hash)) {
      return false;
    }
    if (younger.size() == MOST) {
      beginGeneration();
    }
    younger.add(hash);
    return true;
  }

  synchronized int size() {
    return younger.size() + older.size();
  }

  private void beginGeneration() {
    older = younger;
    younger = new LongSet();
    began = clock.instant();
  }
}
