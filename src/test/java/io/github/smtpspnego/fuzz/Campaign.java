package io.github.smtpspnego.fuzz;

import java.util.Base64;
import java.util.Locale;
import java.util.Random;

/**
 * How many attacks there are, and which: {@code -Dfuzz.count}, {@code -Dfuzz.seed}, {@code
 * -Dfuzz.first}. Attack number n of a seed always makes the same choices; the tokens that it
 * changes have new keys and times in each run.
 */
final class Campaign {
  private static final long SEED = Long.getLong("fuzz.seed", 4178);
  private static final int FIRST = Integer.getInteger("fuzz.first", 0);
  private static final int EVERY_BUILD = 3000;
  static final int COUNT = Integer.getInteger("fuzz.count", EVERY_BUILD);

  /** What grows by design: the replay caches, the JDK's and ours. */
  private static final long OCTETS_KEPT_PER_ATTACK = 1 << 10;

  private static final long OCTETS_KEPT = 64 << 20;

  /** One attack. */
  interface Attack {
    /**
     * Runs it.
     *
     * @param random decides everything
     * @param trace to be told what is sent
     * @return whether the other side took what came
     */
    boolean run(Random random, Trace trace) throws Exception;
  }

  /** What was sent in one attack. */
  static final class Trace {
    private final StringBuilder lines = new StringBuilder();

    void add(String what, byte[] octets) {
      add(what + ": " + Base64.getEncoder().encodeToString(octets));
    }

    void add(String line) {
      lines.append("\n  ").append(line.length() > 4000 ? line.substring(0, 4000) + "..." : line);
    }
  }

  private Campaign() {}

  /** Runs the attacks; the first that succeeds where it must not ends them. */
  static void run(String name, int count, Attack attack) {
    long before = usedMemory();
    int taken = 0;
    for (int i = FIRST; i < FIRST + count; i++) {
      Trace trace = new Trace();
      try {
        taken += attack.run(new Random(SEED * 1_000_003 + i), trace) ? 1 : 0;
      } catch (Exception | Error e) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "%s, again with -Dfuzz.seed=%d -Dfuzz.first=%d -Dfuzz.count=1: %s%s",
                name,
                SEED,
                i,
                e,
                trace.lines),
            e);
      }
    }
    long kept = usedMemory() - before;
    long allowed = OCTETS_KEPT + count * OCTETS_KEPT_PER_ATTACK;
    if (kept > allowed) {
      throw new AssertionError(name + " left " + kept + " octets in memory");
    }
    if (count >= 1000 && (taken == 0 || taken == count)) {
      throw new AssertionError(name + ": " + taken + " of " + count + " were taken");
    }
    if (COUNT > EVERY_BUILD) { // somebody waits for the numbers
      System.out.printf(
          Locale.ROOT,
          "%s: %d attacks, seed %d, %d taken, %d KiB kept%n",
          name,
          count,
          SEED,
          taken,
          kept >> 10);
    }
  }

  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
