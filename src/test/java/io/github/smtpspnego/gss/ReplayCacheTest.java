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
  void itIsKeptForItsTimeAndNoLonger() {
    cache.add(token(1));
    now = now.plus(ReplayCache.KEPT);
    assertTrue(cache.contains(token(1)));
    now = now.plus(Duration.ofSeconds(1));
    assertFalse(cache.contains(token(1)));
    assertEquals(0, cache.size());
  }

  @Test
  void theOldestGiveWayWhereThereAreTooMany() {
    for (int i = 0; i < ReplayCache.MOST + 10; i++) {
      assertTrue(cache.add(token(i)));
    }
    assertEquals(ReplayCache.MOST, cache.size());
    assertFalse(cache.contains(token(0)));
    assertTrue(cache.contains(token(ReplayCache.MOST + 9)));
  }

  private static AuthenticatorHash token(int number) {
    return AuthenticatorHash.of(ByteBuffer.allocate(4).putInt(number).array());
  }
}
