package io.github.smtpspnego.doctor;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Help.Ansi;

/**
 * What the steps found.
 *
 * @param server the server in words
 * @param results a result for each step, in order
 */
record Report(String server, List<Result> results) {
  private static final String GUIDE = "TROUBLESHOOTING.md#";
  private static final int WIDTH = 100;
  private static final String INDENT = "       ";

  /**
   * What one step found.
   *
   * @param step the step
   * @param findings its findings, at least one
   */
  record Result(Step step, List<Finding> findings) {
    /**
     * The step for people: its title, then a line for each finding.
     *
     * @param ansi whether to use colours
     */
    String text(Ansi ansi) {
      return ansi.string("@|bold " + step.title() + "|@")
          + "\n"
          + findings.stream().map(finding -> line(finding, ansi)).collect(Collectors.joining());
    }

    /** Texts are put in as they are: picocli's markup is for our own words only. */
    private static String line(Finding finding, Ansi ansi) {
      String status = finding.status().name();
      String lines =
          "  "
              + ansi.string("@|" + finding.status().style + " " + status + "|@")
              + " ".repeat(INDENT.length() - 2 - status.length())
              + wrap(finding.text())
              + "\n";
      String remedy =
          finding.anchor().isEmpty()
              ? finding.remedy()
              : (finding.remedy() + " (" + GUIDE + finding.anchor() + ")").strip();
      return remedy.isEmpty() ? lines : lines + INDENT + wrap("-> " + remedy) + "\n";
    }
  }

  /** Whether something must be mended before mail can be sent. */
  boolean hasFailed() {
    return count(Status.FAIL) > 0;
  }

  /** The last line for people. */
  String summary(Ansi ansi) {
    String counts =
        count(Status.FAIL)
            + " failed, "
            + count(Status.WARN)
            + " to look at, "
            + count(Status.OK)
            + " in order";
    return ansi.string(hasFailed() ? "@|bold,red Not in order|@" : "@|bold,green In order|@")
        + " for "
        + server
        + ": "
        + counts
        + ".\n";
  }

  /** The whole report for machines. */
  String json() {
    Json json = new Json();
    json.object(
        () -> {
          json.field("server", server);
          json.field("status", worst(results.stream().flatMap(r -> r.findings().stream())).name());
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

  /** FAIL before WARN before OK; SKIP where there is nothing else. */
  private static Status worst(Stream<Finding> findings) {
    List<Status> all = findings.map(Finding::status).toList();
    return Stream.of(Status.FAIL, Status.WARN, Status.OK)
        .filter(all::contains)
        .findFirst()
        .orElse(Status.SKIP);
  }

  private long count(Status status) {
    return results.stream()
        .flatMap(result -> result.findings().stream())
        .filter(finding -> finding.status() == status)
        .count();
  }

  /** Breaks a text at blanks; words are never cut, since they are names and paths. */
  private static String wrap(String text) {
    StringBuilder lines = new StringBuilder();
    int column = INDENT.length();
    for (String word : text.split(" ", -1)) {
      if (column > INDENT.length() && column + word.length() >= WIDTH) {
        lines.append('\n').append(INDENT);
        column = INDENT.length();
      } else if (column > INDENT.length()) {
        lines.append(' ');
        column++;
      }
      lines.append(word);
      column += word.length();
    }
    return lines.toString();
  }
}
