package io.github.smtpspnego.gss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LongSetTest {
  private final LongSet set = new LongSet();

  @Test
  void itHoldsWhatAnotherSetHolds() {
    Random random = new Random(4120);
    Set<Long> expected = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      long hash = random.nextLong();
      expected.add(hash);
      set.add(hash);
      set.add(hash);
    }
    assertEquals(expected.size(), set.size());
    expected.forEach(hash -> assertTrue(set.contains(hash)));
    for (int i = 0; i < 10_000; i++) {
      long other = random.nextLong();
      assertEquals(expected.contains(other), set.contains(other));
    }
  }

  /** The lowest bits say where a search begins. */
  @Test
  void hashesThatWantTheSamePlaceAreToldApart() {
    for (long hash = 1; hash <= 1000; hash++) {
      set.add(hash << 32);
      assertTrue(set.contains(hash << 32));
      assertFalse(set.contains((hash + 1) << 32));
    }
    assertEquals(1000, set.size());
  }

  @Test
  void zeroIsAHashToo() {
    assertFalse(set.contains(0));
    set.add(0);
    assertTrue(set.contains(0));
    assertEquals(1, set.size());
  }
}
