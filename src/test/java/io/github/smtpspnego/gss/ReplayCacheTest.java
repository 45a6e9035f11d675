package io.github.smtpspnego.gss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReplayCacheTest {
  private Instant now = Instant.EPOCH;
  private final ReplayCache cache = new ReplayCache(() -> now);

  @Test
  void whatWasAcceptedIsKnown() {
    assertFalse(cache.contains(token(1)));
    assertTrue(cache.add(token(1)));
    assertTrue(cache.contains(token(1)));
    assertFalse(cache.add(token(1)));
    assertTrue(cache.add(token(2)));
  }

  @Test
  void lookingDoesNotRemember() {
    assertFalse(cache.contains(token(1)));
    assertFalse(cache.contains(token(1)));
    assertEquals(0, cache.size());
  }

  @Test
  void itIsKeptForItsTimeAndAtMostTwice() {
    cache.add(token(1));
    now = now.plus(ReplayCache.KEPT);
    cache.add(token(2)); // the last of the same generation
    now = now.plus(Duration.ofSeconds(1));
    cache.add(token(3)); // the first of the next
    assertTrue(cache.contains(token(1)));
    now = now.plus(ReplayCache.KEPT);
    assertTrue(cache.contains(token(2)));
    now = now.plus(Duration.ofSeconds(1));
    assertFalse(cache.contains(token(1)));
    assertFalse(cache.contains(token(2)));
    assertTrue(cache.contains(token(3)));
    assertEquals(1, cache.size());
  }

  @Test
  void theOldestGiveWayWhereThereAreTooMany() {
    for (int i = 0; i < 2 * ReplayCache.MOST; i++) {
      assertTrue(cache.add(token(i)));
    }
    assertEquals(2 * ReplayCache.MOST, cache.size());
    assertFalse(cache.add(token(0)));
    assertTrue(cache.add(token(-1)));
    assertEquals(ReplayCache.MOST + 1, cache.size());
    assertTrue(cache.add(token(0)));
    for (int i = ReplayCache.MOST; i < 2 * ReplayCache.MOST; i++) {
      assertTrue(cache.contains(token(i)));
    }
  }

  private static long token(int number) {
    return ReplayCache.hash(ByteBuffer.allocate(4).putInt(number).array());
  }
}
