package io.github.smtpspnego.doctor;

import java.util.Locale;
import java.util.function.Consumer;

/** Writes JSON (RFC 8259). The report needs objects, arrays and strings only. */
final class Json {
  private final StringBuilder out = new StringBuilder();

  /** Whether the next value or name follows another one. */
  private boolean isLater;

  /** Writes an object. */
  void object(Runnable fields) {
    surround('{', fields, '}');
  }

  /** Writes an array. */
  <T> void array(Iterable<T> elements, Consumer<T> element) {
    surround('[', () -> elements.forEach(element), ']');
  }

  /** Writes a field's name, which its value must follow. */
  void name(String name) {
    text(name);
    out.append(':');
    isLater = false;
  }

  /** Writes a field with a text. */
  void field(String name, String value) {
    name(name);
    text(value);
  }

  private void surround(char first, Runnable inside, char last) {
    comma();
    out.append(first);
    isLater = false;
    inside.run();
    out.append(last);
    isLater = true;
  }

  private void text(String text) {
    comma();
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
    isLater = true;
  }

  private void comma() {
    if (isLater) {
      out.append(',');
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
