package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import java.util.ArrayList;
import java.util.List;

/** Takes the findings of one step. A step that took too long may still write to it. */
final class Findings {
  private final List<Finding> list = new ArrayList<>();

  synchronized void add(Finding finding) {
    list.add(finding);
  }

  void ok(String text) {
    add(Finding.ok(text));
  }

  void skip(String text) {
    add(Finding.skip(text));
  }

  void warn(Reason reason, String text, String remedy) {
    add(Finding.warn(reason, text, remedy));
  }

  void fail(Reason reason, String text, String remedy) {
    add(Finding.fail(reason, text, remedy));
  }

  /** What was found up to now. */
  synchronized List<Finding> list() {
    return List.copyOf(list);
  }
}
