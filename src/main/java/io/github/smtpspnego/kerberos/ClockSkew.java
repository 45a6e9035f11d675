package io.github.smtpspnego.kerberos;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How far the clocks of client and server may differ: {@code clockskew} in {@code krb5.conf}. */
public final class ClockSkew {
  /** What holds where krb5.conf says nothing. */
  static final Duration DEFAULT = Duration.ofMinutes(5);

  private static final long REST = TimeUnit.MINUTES.toNanos(1);

  private static volatile Duration latest = DEFAULT;
  private static volatile long readAt = System.nanoTime() - REST;

  private static volatile Duration longest = DEFAULT;

  private ClockSkew() {}

  /**
   * The most that was ever allowed in this JVM, or is by default: the JDK may have read an earlier
   * configuration, and keeps it.
   */
  public static Duration longest() {
    Duration now = allowed();
    if (now.compareTo(longest) > 0) {
      longest = now;
    }
    return longest;
  }

  /** How far the clocks may differ. The configuration is read once in a minute at most. */
  public static Duration allowed() {
    long now = System.nanoTime();
    if (now - readAt >= REST) {
      latest = in(Krb5Conf.read());
      readAt = now;
    }
    return latest;
  }

  /** The JDK's rule: the first value counts, and one that is no number sets nothing. */
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
