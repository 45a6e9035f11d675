package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the steps in order, and carries what one found to the next.
 *
 * <p>Each step runs in a thread of its own, since the JDK may wait for a KDC for minutes and cannot
 * be told otherwise from here; one that takes too long is left behind.
 */
final class Examination {
  private static final Duration LONGEST_STEP = Duration.ofSeconds(45);

  private final MailSettings settings;

  // Written by one step and read by later ones; the end of a step comes between.
  private volatile List<KdcAnswer> kdcAnswers = List.of();
  private volatile String serverName;
  private volatile String canonicalName = "";
  private volatile @Nullable InitiatorCredentials credentials;
  private volatile boolean isTargetKnown;
  private volatile @Nullable SmtpConnection connection;
  private volatile @Nullable String mechanism;
  private volatile boolean hasFailed;

  Examination(MailSettings settings) {
    this.settings = settings;
    this.serverName = settings.host();
  }

  /**
   * Runs the steps.
   *
   * @param steps the steps, in order
   * @param done is told what each found, as soon as it is known
   * @return all of it
   */
  Report run(List<Step> steps, Consumer<Report.Result> done) {
    List<Report.Result> results = new ArrayList<>();
    for (Step step : steps) {
      Report.Result result = new Report.Result(step, run(step));
      hasFailed |= result.findings().stream().anyMatch(f -> f.status() == Status.FAIL);
      results.add(result);
      done.accept(result);
    }
    if (connection != null) {
      connection.close();
    }
    return new Report(settings.server(), results);
  }

  private List<Finding> run(Step step) {
    Findings findings = new Findings();
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              step.look(this, findings);
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
          connection == null ? Reason.KDC_UNREACHABLE : Reason.SERVER_TROUBLE,
          "No end after " + LONGEST_STEP.toSeconds() + " seconds: somebody does not answer.",
          "Look for a KDC or name server that is named and does not answer; in krb5.conf"
              + " kdc_timeout and max_retries say how long the JDK waits.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      findings.skip("Interrupted.");
    }
    return findings.list();
  }

  private static Finding unfinished(@Nullable Throwable failure) {
    if (failure instanceof SpnegoException e) {
      return Finding.fail(e);
    }
    return failure instanceof IOException e
        ? Finding.fail(Reason.SERVER_TROUBLE, "The connection broke: " + e + ".")
        : Finding.fail(Reason.GSS_FAILURE, "An unforeseen error: " + failure + ".");
  }

  MailSettings settings() {
    return settings;
  }

  /** What the KDCs of the realm answered; empty where none was asked. */
  List<KdcAnswer> kdcAnswers() {
    return kdcAnswers;
  }

  /** Whether KDCs were asked and none answered. */
  boolean isKdcAway() {
    return !kdcAnswers.isEmpty() && kdcAnswers.stream().noneMatch(KdcAnswer::isThere);
  }

  void kdcsAnswered(List<KdcAnswer> answers) {
    kdcAnswers = List.copyOf(answers);
  }

  /** The server's name as the SASL client gets it. */
  String serverName() {
    return serverName;
  }

  void serverNamed(String name) {
    serverName = name;
  }

  /** The server's name as its address is known by; empty where it has none. */
  String canonicalName() {
    return canonicalName;
  }

  void canonicalNamed(String name) {
    canonicalName = name;
  }

  Optional<InitiatorCredentials> credentials() {
    return Optional.ofNullable(credentials);
  }

  void credentialsFound(InitiatorCredentials found) {
    credentials = found;
  }

  /** Whether the KDC gave a ticket for the server. */
  boolean isTargetKnown() {
    return isTargetKnown;
  }

  void targetKnown() {
    isTargetKnown = true;
  }

  /** The connection to the mail server, and the mechanism to use on it. */
  Optional<SmtpConnection> connection() {
    return mechanism == null ? Optional.empty() : Optional.ofNullable(connection);
  }

  String mechanism() {
    return mechanism == null ? "" : mechanism;
  }

  /** Takes a connection, which is closed at the end. */
  void connected(SmtpConnection open) {
    connection = open;
  }

  void mechanismOffered(String name) {
    mechanism = name;
  }

  /** Whether a step before this one failed. */
  boolean hasFailed() {
    return hasFailed;
  }
}
