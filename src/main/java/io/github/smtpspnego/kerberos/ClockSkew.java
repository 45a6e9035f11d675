package io.github.smtpspnego.kerberos;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How far the clocks of client and server may differ: {@code clockskew} in {@code krb5.conf}. */
public final class ClockSkew {
  /** The default of {@code clockskew}. */
  static final Duration DEFAULT = Duration.ofMinutes(5);

  private static final long READ_INTERVAL = TimeUnit.MINUTES.toNanos(1);

  private static volatile Duration longest = DEFAULT;
  private static volatile long readAt = System.nanoTime() - READ_INTERVAL;

  private ClockSkew() {}

  /**
   * The largest value read so far in this JVM, at least the default. The JDK may still use an
   * earlier configuration, which allowed more than the present one. The configuration is read at
   * most once a minute.
   */
  public static Duration longest() {
    long now = System.nanoTime();
    if (now - readAt >= READ_INTERVAL) {
      Duration read = in(Krb5Conf.read());
      if (read.compareTo(longest) > 0) {
        longest = read;
      }
      readAt = now;
    }
    return longest;
  }

  /** Applies the JDK's rule: only the first value is used, and only if it is a number. */
  static Duration in(Krb5Conf configuration) {
    String value = configuration.value("libdefaults", "clockskew").orElse("");
    try {
      int seconds =
          value.startsWith("0x")
              ? Integer.parseInt(value.substring(2), 16)
              : Integer.parseInt(value);
      return Duration.ofSeconds(Math.max(0, seconds));
    } catch (NumberFormatException e) {
      return DEFAULT;
    }
  }
}
