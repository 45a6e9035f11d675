package io.github.smtpspnego.gss;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers accepted tokens in the memory of this JVM.
 *
 * <p>The JDK keeps such a memory for each name of the server. But an account with several names has
 * one key, so an eavesdropper could send a token again under another name. Here tokens are compared
 * by their authenticator, which only the client can make.
 *
 * <p>A token is remembered by the first 64 bits of its digest for as long as it is valid. Another
 * token with the same bits is refused; the probability of that is negligible.
 */
public final class ReplayCache implements Replays {
  /** The number of tokens that are remembered by default. */
  public static final int DEFAULT_SIZE = 1 << 20;

  private static final ReplayCache SHARED = new ReplayCache(DEFAULT_SIZE, InstantSource.system());

  private final int most;
  private final InstantSource clock;

  /** When each token expires, in seconds since 1970, in the order of receipt. */
  private final Map<Long, Long> ends = new LinkedHashMap<>();

  ReplayCache(int most, InstantSource clock) {
    this.most = most;
    this.clock = clock;
  }

  public ReplayCache(int most) {
    this(most, InstantSource.system());
  }

  /** The memory shared by all servers of this JVM that have none of their own. */
  public static ReplayCache shared() {
    return SHARED;
  }

  @Override
  public synchronized boolean add(byte[] digest, Instant until) throws IOException {
    long now = clock.instant().getEpochSecond();
    Iterator<Long> oldest = ends.values().iterator();
    while (oldest.hasNext() && oldest.next() < now) {
      oldest.remove();
    }
    Long token = ByteBuffer.wrap(digest).getLong();
    if (ends.containsKey(token)) {
      return false;
    }
    if (ends.size() >= most) {
      throw new IOException(most + " tokens are remembered, and there is no room for another");
    }
    ends.put(token, until.getEpochSecond());
    return true;
  }

  synchronized int size() {
    return ends.size();
  }
}
