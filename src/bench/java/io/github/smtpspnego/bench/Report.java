package io.github.smtpspnego.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, as tables in Markdown, and which of the promises held. */
final class Report {
  private final StringBuilder tables = new StringBuilder();
  private final List<String> promises = new ArrayList<>();
  private boolean countsHeld = true;

  void table(String title, String... heads) {
    tables.append("\n### ").append(title).append("\n\n");
    row(heads);
    tables.append("|").append("---|".repeat(heads.length)).append("\n");
  }

  void row(String... cells) {
    tables.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  void note(String sentence) {
    tables.append("\n").append(sentence).append("\n");
  }

  /** A count: it does not depend on the machine, so the build fails where it is wrong. */
  void count(String promise, boolean held) {
    countsHeld &= held;
    promises.add((held ? "held: " : "NOT HELD: ") + promise);
  }

  /** A time or a ratio, which on a busy machine may be worse than it is; its median counts. */
  void limit(String promise, Sample measured, double most) {
    promises.add(
        (measured.median() <= most ? "held: " : "not held: ")
            + promise
            + ": "
            + measured.show(2)
            + String.format(Locale.ROOT, ", at most %.2f", most));
  }

  boolean countsHeld() {
    return countsHeld;
  }

  List<String> promises() {
    return List.copyOf(promises);
  }

  void write(Path directory) throws IOException {
    String machine =
        String.format(
            Locale.ROOT,
            "JDK %s, %s %s, %d CPUs, %s. Medians; quartiles in parentheses.",
            System.getProperty("java.version"),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            LocalDate.now(ZoneOffset.UTC));
    Files.writeString(
        directory.resolve("results.md"),
        "# Benchmarks\n\n"
            + machine
            + "\n"
            + tables
            + "\n### Promises\n\n- "
            + String.join("\n- ", promises)
            + "\n");
  }
}
