package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/**
 * The report for people, written line by line as things are found.
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

  /** Texts are put in as they are: picocli's markup is for our own words only. */
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
