package io.github.smtpspnego.gss;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The authenticators accepted lately, RFC 4120 section 3.2.3.
 *
 * <p>The JDK keeps such a list too, but one for each server name as it stands unencrypted in the
 * ticket, and takes a ticket under a changed name or realm where the key fits. So a listener could
 * send a client's token once more with one letter changed. Where a layer offer follows he gets no
 * further; without the offer he would be in. Here only what he cannot change counts.
 *
 * <p>An authenticator is good for the clock skew before and after its time, five minutes each by
 * default. Its hash is kept for longer, and the oldest give way where there are too many.
 */
final class ReplayCache {
  static final Duration KEPT = Duration.ofMinutes(30);
  static final int MOST = 1 << 17;

  private static final ReplayCache SHARED = new ReplayCache(InstantSource.system());

  private final InstantSource clock;
  private final Map<AuthenticatorHash, Instant> accepted = new LinkedHashMap<>();

  ReplayCache(InstantSource clock) {
    this.clock = clock;
  }

  static ReplayCache shared() {
    return SHARED;
  }

  /** Whether the authenticator was accepted before. */
  synchronized boolean contains(AuthenticatorHash authenticator) {
    removeUntil(clock.instant().minus(KEPT));
    return accepted.containsKey(authenticator);
  }

  /** Remembers an authenticator; false where it was accepted before. */
  synchronized boolean add(AuthenticatorHash authenticator) {
    if (contains(authenticator)) {
      return false;
    }
    if (accepted.size() >= MOST) {
      accepted.remove(accepted.keySet().iterator().next());
    }
    accepted.put(authenticator, clock.instant());
    return true;
  }

  synchronized int size() {
    return accepted.size();
  }

  private void removeUntil(Instant time) {
    Iterator<Instant> times = accepted.values().iterator(); // in the order they came
    while (times.hasNext() && times.next().isBefore(time)) {
      times.remove();
    }
  }
}
