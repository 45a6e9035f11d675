package io.github.smtpspnego.gss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReplayCacheTest {
  private static final int SIZE = 1000;
  private static final Duration GOOD = Duration.ofMinutes(10);

  private Instant now = Instant.EPOCH;
  private final ReplayCache cache = new ReplayCache(SIZE, () -> now);

  @Test
  void aTokenIsAcceptedOnce() throws IOException {
    assertTrue(add(1));
    assertFalse(add(1));
    assertTrue(add(2));
  }

  @Test
  void aTokenIsRememberedUntilItIsGoodNoMore() throws IOException {
    add(1);
    now = now.plus(GOOD);
    assertFalse(add(1));
    now = now.plusSeconds(1);
    assertTrue(add(1));
    assertEquals(1, cache.size());
  }

  @Test
  void whereThereIsNoRoomNothingIsForgotten() throws IOException {
    for (int i = 0; i < SIZE; i++) {
      assertTrue(add(i));
    }
    IOException full = assertThrows(IOException.class, () -> add(SIZE));
    assertTrue(full.getMessage().contains("1000"), full.getMessage());
    for (int i = 0; i < SIZE; i++) {
      assertFalse(add(i));
    }
    now = now.plus(GOOD).plusSeconds(1);
    assertTrue(add(SIZE));
    assertEquals(1, cache.size());
  }

  /** The hand-made set that was here before lost it when it grew. */
  @Test
  void theDigestThatBeginsWithZeroIsNoException() throws IOException {
    assertTrue(cache.add(new byte[32], now.plus(GOOD)));
    for (int i = 1; i < SIZE; i++) {
      add(i);
    }
    assertFalse(cache.add(new byte[32], now.plus(GOOD)));
  }

  private boolean add(int number) throws IOException {
    return cache.add(ByteBuffer.allocate(32).putInt(number + 1).array(), now.plus(GOOD));
  }
}
