package io.github.smtpspnego.doctor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The answers of one KDC over TCP and over UDP.
 *
 * @param address the KDC, as krb5.conf or DNS names it
 * @param outcomes what came back, each way
 */
record KdcAnswer(String address, Map<KdcWire, Outcome> outcomes) {
  /** The limit for all KDCs, which are asked in parallel. Each request has a shorter limit. */
  private static final int LONGEST = 2 * KdcWire.TIMEOUT + 1000;

  /** The largest number of KDCs that are asked, with as many threads. */
  static final int MOST = 50;

  /**
   * The answer over one protocol.
   *
   * @param problem why there is no answer; empty where there is one
   * @param answer the answer in words
   * @param ahead how far the KDC's clock is ahead of this machine's; empty where it does not say
   */
  record Outcome(String problem, String answer, Optional<Duration> ahead) {
    static Outcome failed(String problem) {
      return new Outcome(problem, "", Optional.empty());
    }

    boolean isThere() {
      return problem.isEmpty();
    }
  }

  KdcAnswer {
    outcomes = new EnumMap<>(outcomes);
  }

  Outcome over(KdcWire wire) {
    return outcomes.getOrDefault(wire, Outcome.failed("not asked"));
  }

  boolean isThere() {
    return outcomes.values().stream().anyMatch(Outcome::isThere);
  }

  Optional<Duration> ahead() {
    return outcomes.values().stream().flatMap(outcome -> outcome.ahead().stream()).findFirst();
  }

  /** Describes the KDC and why there is no answer. */
  @Override
  public String toString() {
    return address
        + " (TCP: "
        + over(KdcWire.TCP).problem()
        + "; UDP: "
        + over(KdcWire.UDP).problem()
        + ")";
  }

  /** Asks KDCs in parallel over both protocols, and waits for the slowest within a limit. */
  static List<KdcAnswer> ask(List<String> kdcs, String realm) throws InterruptedException {
    byte[] request = AsRequest.encode(AsRequest.NOBODY, realm);
    List<Callable<Outcome>> questions = new ArrayList<>();
    for (String kdc : kdcs) {
      for (KdcWire wire : KdcWire.values()) {
        questions.add(() -> ask(kdc, wire, request));
      }
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            2 * MOST,
            task -> {
              Thread thread = new Thread(task, "doctor-kdc");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<Outcome>> outcomes = threads.invokeAll(questions, LONGEST, TimeUnit.MILLISECONDS);
      Iterator<Future<Outcome>> next = outcomes.iterator();
      List<KdcAnswer> answers = new ArrayList<>();
      for (String kdc : kdcs) {
        Map<KdcWire, Outcome> ofKdc = new EnumMap<>(KdcWire.class);
        for (KdcWire wire : KdcWire.values()) {
          ofKdc.put(wire, outcome(next.next()));
        }
        answers.add(new KdcAnswer(kdc, ofKdc));
      }
      return List.copyOf(answers);
    } finally {
      threads.shutdownNow();
    }
  }

  private static Outcome outcome(Future<Outcome> future) throws InterruptedException {
    if (future.isCancelled()) {
      return Outcome.failed("no answer in " + LONGEST / 1000 + " seconds");
    }
    try {
      return future.get();
    } catch (ExecutionException e) {
      return Outcome.failed(String.valueOf(e.getCause()));
    }
  }

  private static Outcome ask(String kdc, KdcWire wire, byte[] request) {
    try {
      Instant asked = Instant.now();
      byte[] answer = wire.ask(KdcWire.address(kdc), request);
      KdcReply reply = KdcReply.of(answer);
      String text = TokenText.describe(answer);
      return reply.isKdc()
          ? new Outcome("", text, reply.time().map(time -> Duration.between(asked, time)))
          : Outcome.failed("it is no KDC: " + text);
    } catch (IOException | RuntimeException e) {
      return Outcome.failed(KdcWire.problem(e));
    }
  }
}
