package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the steps in order, and passes the results of each to the later ones.
 *
 * <p>Each step runs in a thread of its own, because the JDK may wait for a KDC for minutes and this
 * cannot be changed from here. A step that takes too long is abandoned.
 */
final class Examination {
  private static final Duration LONGEST_STEP = Duration.ofSeconds(45);

  final MailSettings settings;

  // Written by one step and read by later ones, after the thread of the first has ended.

  /** The realm whose KDCs are asked; empty for the default realm. */
  volatile String realm;

  /** What the KDCs of the realm answered; empty where none was asked. */
  volatile List<KdcAnswer> kdcAnswers = List.of();

  /** The server's name as it is passed to the SASL client. */
  volatile String serverName;

  /** The name of the server's address in DNS; empty if it has none. */
  volatile String canonicalName = "";

  volatile @Nullable InitiatorCredentials credentials;

  /** Whether the KDC gave a ticket for the server. */
  volatile boolean isTargetKnown;

  /** Whether the mail server can be reached and offers what is to be used. */
  volatile boolean isServerReady;

  /** Whether a step before this one failed. */
  volatile boolean hasFailed;

  /** Receives the events in order. */
  interface Listener {
    /** Writes the report at the end. */
    Listener NONE = new Listener() {};

    default void begun(NamedStep step) {}

    default void found(Finding finding) {}

    default void ended() {}
  }

  Examination(MailSettings settings) {
    this.settings = settings;
    this.serverName = settings.host();
    this.realm = settings.realm();
  }

  /**
   * Runs the steps.
   *
   * @param subject what is looked at, in words
   * @param steps the steps, in order
   * @param listener is told what each finds, as soon as it is found
   * @return all of it
   */
  Report run(String subject, List<NamedStep> steps, Listener listener) {
    List<Report.Result> results = new ArrayList<>();
    for (NamedStep step : steps) {
      listener.begun(step);
      List<Finding> findings = run(step, new Findings(listener::found));
      hasFailed |= findings.stream().anyMatch(finding -> finding.status() == Status.FAIL);
      results.add(new Report.Result(step, findings));
      listener.ended();
    }
    return new Report(subject, results);
  }

  private List<Finding> run(NamedStep step, Findings findings) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              step.step().look(this, findings);
              return null;
            });
    Thread thread = new Thread(task, "doctor-" + step.id());
    thread.setDaemon(true);
    thread.start();
    try {
      task.get(LONGEST_STEP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      findings.add(unfinished(e.getCause()));
    } catch (TimeoutException e) {
      thread.interrupt();
      findings.fail(
          isServerReady ? Reason.SERVER_TROUBLE : Reason.KDC_UNREACHABLE,
          "No end after "
              + LONGEST_STEP.toSeconds()
              + " seconds: a KDC, a name server or the mail server does not answer.",
          "Look for a KDC or name server that is named and does not answer; in krb5.conf"
              + " kdc_timeout and max_retries say how long the JDK waits.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      findings.skip("Interrupted.");
    }
    return findings.close();
  }

  private static Finding unfinished(@Nullable Throwable failure) {
    if (failure instanceof SpnegoException e) {
      return Finding.fail(e);
    }
    return failure instanceof IOException e
        ? Finding.fail(Reason.SERVER_TROUBLE, "The connection broke: " + e + ".")
        : Finding.fail(Reason.GSS_FAILURE, "An unforeseen error: " + failure + ".");
  }

  /** Whether KDCs were asked and none answered. */
  boolean isKdcAway() {
    return !kdcAnswers.isEmpty() && kdcAnswers.stream().noneMatch(KdcAnswer::isThere);
  }
}
