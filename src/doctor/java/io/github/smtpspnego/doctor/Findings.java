package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Collects the findings of one step, and reports each at once. */
final class Findings {
  private final List<Finding> list = new ArrayList<>();
  private final Consumer<Finding> listener;
  private boolean isClosed;

  Findings(Consumer<Finding> listener) {
    this.listener = listener;
  }

  synchronized void add(Finding finding) {
    if (!isClosed) {
      list.add(finding);
      listener.accept(finding);
    }
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

  /** The findings so far. */
  synchronized List<Finding> list() {
    return List.copyOf(list);
  }

  /** Ignores further findings, since an abandoned step may still be running. */
  synchronized List<Finding> close() {
    isClosed = true;
    return list();
  }
}
