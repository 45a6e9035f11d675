package io.github.smtpspnego.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Values measured in turns: their median, and the quartiles as their spread. */
final class Sample {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  void addAll(Sample other) {
    values.addAll(other.values);
  }

  double median() {
    return quantile(0.5);
  }

  /** Each value by the one of the same turn, so that what slows the machine down slows both. */
  Sample dividedBy(Sample other) {
    Sample ratios = new Sample();
    for (int i = 0; i < values.size(); i++) {
      ratios.add(values.get(i) / other.values.get(i));
    }
    return ratios;
  }

  Sample minus(Sample other) {
    Sample differences = new Sample();
    for (int i = 0; i < values.size(); i++) {
      differences.add(values.get(i) - other.values.get(i));
    }
    return differences;
  }

  /** Median and quartiles: "1.23 (1.20 to 1.31)". */
  String show(int digits) {
    String number = "%." + digits + "f";
    return String.format(
        Locale.ROOT,
        number + " (" + number + " to " + number + ")",
        median(),
        quantile(0.25),
        quantile(0.75));
  }

  private double quantile(double part) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    double place = part * (sorted.size() - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
  }
}
