package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import java.time.Duration;

/**
 * Compares this machine's clock with those of the KDCs. By default they may differ by 5 minutes.
 */
final class ClockStep implements Step {
  private static final Duration ALLOWED = Duration.ofMinutes(5);
  private static final Duration WORTH_A_LOOK = Duration.ofMinutes(1);

  @Override
  public void look(Examination examination, Findings findings) {
    for (KdcAnswer answer : examination.kdcAnswers) {
      if (answer.ahead().isPresent()) {
        compare(answer.address(), answer.ahead().get(), findings);
      }
    }
    if (findings.list().isEmpty()) {
      findings.skip("No KDC told its clock.");
    }
  }

  private static void compare(String kdc, Duration ahead, Findings findings) {
    String text =
        "The clock of the KDC "
            + kdc
            + " is "
            + ahead.abs().toSeconds()
            + " s "
            + (ahead.isNegative() ? "behind" : "ahead of")
            + " this machine's.";
    if (ahead.abs().compareTo(ALLOWED) >= 0) {
      findings.fail(Reason.CLOCK_SKEW, text, Reason.CLOCK_SKEW.remedy());
    } else if (ahead.abs().compareTo(WORTH_A_LOOK) >= 0) {
      findings.warn(Reason.CLOCK_SKEW, text, Reason.CLOCK_SKEW.remedy());
    } else {
      findings.ok(text);
    }
  }
}
