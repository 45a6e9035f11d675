package io.github.smtpspnego.doctor;

import java.util.List;
import java.util.stream.Stream;

/**
 * The results of all steps.
 *
 * @param subject what was looked at, in words
 * @param results a result for each step, in order
 */
record Report(String subject, List<Result> results) {
  /**
   * The results of one step.
   *
   * @param step the step
   * @param findings its findings, at least one
   */
  record Result(NamedStep step, List<Finding> findings) {}

  /** Whether something must be corrected before mail can be sent. */
  boolean hasFailed() {
    return count(Status.FAIL) > 0;
  }

  long count(Status status) {
    return findings().filter(finding -> finding.status() == status).count();
  }

  private Stream<Finding> findings() {
    return results.stream().flatMap(result -> result.findings().stream());
  }

  /** The report in machine-readable form. */
  String json() {
    Json json = new Json();
    json.object(
        () -> {
          json.field("server", subject);
          json.field("status", worst(findings()).name());
          json.name("steps");
          json.array(results, result -> json.object(() -> writeResult(json, result)));
        });
    return json + "\n";
  }

  private static void writeResult(Json json, Result result) {
    json.field("id", result.step().id());
    json.field("title", result.step().title());
    json.field("status", worst(result.findings().stream()).name());
    json.name("findings");
    json.array(
        result.findings(),
        finding ->
            json.object(
                () -> {
                  json.field("status", finding.status().name());
                  json.field("text", finding.text());
                  json.field("remedy", finding.remedy());
                  json.field("anchor", finding.anchor());
                }));
  }

  /** The worst status: FAIL, then WARN, then OK; SKIP if there is no other. */
  private static Status worst(Stream<Finding> findings) {
    List<Status> all = findings.map(Finding::status).toList();
    return Stream.of(Status.FAIL, Status.WARN, Status.OK)
        .filter(all::contains)
        .findFirst()
        .orElse(Status.SKIP);
  }
}
