package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * Logs failed exchanges as warnings of one line, at most {@value #MOST_PER_MINUTE} a minute for
 * each reason. A client that sends bad tokens in a loop does not fill the log, and does not
 * suppress failures with other reasons.
 */
public final class FailureLog {
  static final int MOST_PER_MINUTE = 20;

  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  /** Counts the failures with one reason in one minute. */
  private static final class Minute {
    long began = System.nanoTime();
    int failures;
  }

  private final Map<Reason, Minute> minutes = new EnumMap<>(Reason.class);

  /**
   * Logs a failure.
   *
   * @param who is added to the failure's message, such as " Client: 192.0.2.1."; may be empty
   */
  public void warn(SpnegoException failure, String who) {
    int leftOut;
    synchronized (this) {
      long now = System.nanoTime();
      Minute minute = minutes.computeIfAbsent(failure.reason(), reason -> new Minute());
      leftOut = 0;
      if (now - minute.began > MINUTE) {
        leftOut = Math.max(0, minute.failures - MOST_PER_MINUTE);
        minute.began = now;
        minute.failures = 0;
      }
      if (++minute.failures > MOST_PER_MINUTE) {
        return;
      }
    }
    if (leftOut > 0) {
      LOGGER.log(
          Level.WARNING,
          "{0} further failures with the reason {1} were left out here.",
          leftOut,
          failure.reason());
    }
    LOGGER.log(Level.WARNING, failure.getMessage() + who);
  }
}
