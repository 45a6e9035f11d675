package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/**
 * Writes the report as text, each finding at once.
 *
 * @param out where it is written
 * @param ansi whether colours are used
 */
record TextReport(PrintWriter out, Ansi ansi) implements Examination.Listener {
  private static final int WIDTH = 100;
  private static final String INDENT = "       ";

  @Override
  public void begun(NamedStep step) {
    write(ansi.string("@|bold " + step.title() + "|@") + "\n");
  }

  /** Inserts texts literally, since they must not be read as picocli's markup. */
  @Override
  public void found(Finding finding) {
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
            : (finding.remedy() + " (" + SpnegoException.GUIDE + finding.anchor() + ")").strip();
    write(remedy.isEmpty() ? lines : lines + INDENT + wrap("-> " + remedy) + "\n");
  }

  @Override
  public void ended() {
    write("\n");
  }

  /** Writes the last line. */
  void sum(Report report) {
    write(
        ansi.string(report.hasFailed() ? "@|bold,red Not in order|@" : "@|bold,green In order|@")
            + " for "
            + report.subject()
            + ": "
            + report.count(Status.FAIL)
            + " failed, "
            + report.count(Status.WARN)
            + " to look at, "
            + report.count(Status.OK)
            + " in order.\n");
  }

  private void write(String text) {
    out.print(text);
    out.flush();
  }

  /** Breaks a text at blanks. Words are not cut, since many are names and paths. */
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
