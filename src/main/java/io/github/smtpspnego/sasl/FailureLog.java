package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * Logs failed exchanges as warnings of one line, at most {@value #MOST_PER_MINUTE} a minute for
 * each reason. So a client that sends bad tokens in a loop does not fill the log, and many failures
 * with one reason do not hide another.
 */
public final class FailureLog {
  static final int MOST_PER_MINUTE = 20;

  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  /** What was logged for one reason since the minute began. */
  private static final class Minute {
    long began = System.nanoTime();
    int failures;
  }

  private final Map<Reason, Minute> minutes = new EnumMap<>(Reason.class);

  /** Creates a log with limits of its own. */
  public FailureLog() {}

  /**
   * Warns of a failure.
   *
   * @param failure what happened; its message is the line
   * @param who ends the line; empty for nobody: " Client: 192.0.2.1."
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
