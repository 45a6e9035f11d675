package io.github.smtpspnego.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * What the doctor found, read from its JSON.
 *
 * @param exitCode its exit code
 * @param text all that it wrote
 * @param findings its findings by the steps' names
 */
record Diagnosis(int exitCode, String text, Map<String, List<Finding>> findings) {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\|.*$");
  private static final Pattern LINK = Pattern.compile("\\(#([a-z-]+)\\)");

  /** What the doctor writes and the code that it ends with. */
  record Output(int exitCode, String out, String err) {}

  static Output run(Map<String, String> environment, List<String> options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Doctor.command(environment).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return new Output(
        command.execute(options.toArray(String[]::new)), out.toString(), err.toString());
  }

  /** Runs the doctor in this JVM. */
  static Diagnosis of(Map<String, String> environment, List<String> options) {
    List<String> all = new ArrayList<>(options);
    all.add("--json");
    Output output = run(environment, all);
    assertEquals("", output.err());
    return read(output.exitCode(), output.out());
  }

  /** Reads a report; checks what every report must hold to. */
  @SuppressWarnings("unchecked")
  static Diagnosis read(int exitCode, String json) {
    Map<String, Object> report = JsonText.parse(json);
    Map<String, List<Finding>> findings = new LinkedHashMap<>();
    for (Object step : (List<Object>) report.get("steps")) {
      Map<String, Object> fields = (Map<String, Object>) step;
      findings.put(
          (String) fields.get("id"),
          ((List<Map<String, String>>) fields.get("findings"))
              .stream().map(Diagnosis::finding).toList());
    }
    Diagnosis diagnosis = new Diagnosis(exitCode, json, findings);
    boolean hasFailed =
        findings.values().stream().flatMap(List::stream).anyMatch(f -> f.status() == Status.FAIL);
    assertEquals(hasFailed ? 1 : 0, exitCode, json);
    assertEquals(hasFailed, report.get("status").equals("FAIL"), json);
    findings.forEach(diagnosis::checkGuide);
    return diagnosis;
  }

  private static Finding finding(Map<String, String> fields) {
    return new Finding(
        Status.valueOf(fields.get("status")),
        fields.get("text"),
        fields.get("remedy"),
        fields.get("anchor"));
  }

  /** What is wrong has a remedy, and a section that the guide names for the step. */
  private void checkGuide(String step, List<Finding> list) {
    assertFalse(list.isEmpty(), step);
    for (Finding finding : list) {
      if (finding.status() == Status.WARN || finding.status() == Status.FAIL) {
        assertFalse(finding.remedy().isEmpty(), finding::toString);
        assertTrue(guide().get(step).contains(finding.anchor()), () -> step + ": " + finding);
      } else {
        assertEquals("", finding.anchor(), finding::toString);
      }
    }
  }

  /** The table of TROUBLESHOOTING.md: for each step the sections that it leads to. */
  static Map<String, Set<String>> guide() {
    Map<String, Set<String>> guide = new LinkedHashMap<>();
    try {
      ROW.matcher(Files.readString(Path.of("TROUBLESHOOTING.md")))
          .results()
          .forEach(row -> guide.put(row.group(1), links(row)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return guide;
  }

  private static Set<String> links(MatchResult row) {
    return LINK.matcher(row.group())
        .results()
        .map(link -> link.group(1))
        .collect(Collectors.toSet());
  }

  /** All texts of a step, a line each. */
  String of(String step) {
    return findings.get(step).stream().map(Finding::text).collect(Collectors.joining("\n"));
  }

  boolean isSkipped(String step) {
    return findings.get(step).stream().allMatch(f -> f.status() == Status.SKIP);
  }

  /** The one thing of this status; there must be no other one. */
  Finding only(Status status) {
    List<Finding> all =
        findings.values().stream().flatMap(List::stream).filter(f -> f.status() == status).toList();
    assertEquals(1, all.size(), () -> status + ": " + all);
    return all.get(0);
  }

  /** Fails in this step with this section, and perhaps in others. */
  void failsIn(String step, String anchor) {
    assertEquals(1, exitCode, text);
    assertTrue(
        findings.get(step).stream()
            .anyMatch(f -> f.status() == Status.FAIL && f.anchor().equals(anchor)),
        () -> step + ": " + findings.get(step));
  }

  /** Fails with one thing, found in this step and with this section. */
  Finding failsOnlyIn(String step, String anchor) {
    assertEquals(1, exitCode, text);
    Finding failure = only(Status.FAIL);
    assertTrue(findings.get(step).contains(failure), failure::toString);
    assertEquals(anchor, failure.anchor(), failure::toString);
    return failure;
  }
}
