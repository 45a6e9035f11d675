package io.github.smtpspnego.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON (RFC 8259) without numbers, and nothing that is not JSON. */
final class JsonText {
  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  /** An object as a map, an array as a list, a text as a text. */
  static Object parse(String text) {
    JsonText json = new JsonText(text);
    Object value = json.value();
    json.blanks();
    if (json.at != text.length()) {
      throw new IllegalArgumentException("more at " + json.at);
    }
    return value;
  }

  private Object value() {
    blanks();
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      default -> string();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> object = new LinkedHashMap<>();
    oneOf("{");
    do {
      blanks();
      String name = string();
      oneOf(":");
      if (object.put(name, value()) != null) {
        throw new IllegalArgumentException(name + " twice");
      }
    } while (oneOf(",}") == ',');
    return object;
  }

  private List<Object> array() {
    List<Object> array = new ArrayList<>();
    oneOf("[");
    if (isNext(']')) {
      oneOf("]");
      return array;
    }
    do {
      array.add(value());
    } while (oneOf(",]") == ',');
    return array;
  }

  private String string() {
    oneOf("\"");
    StringBuilder string = new StringBuilder();
    for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
      if (c < ' ') {
        throw new IllegalArgumentException("a control character at " + at);
      }
      string.append(c == '\\' ? escaped() : c);
    }
    return string.toString();
  }

  private char escaped() {
    char c = text.charAt(at++);
    if (c == 'u') {
      at += 4;
      return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }
    if (c != '"' && c != '\\') {
      throw new IllegalArgumentException("an escape that is not written: " + c);
    }
    return c;
  }

  private boolean isNext(char c) {
    blanks();
    return text.charAt(at) == c;
  }

  private char oneOf(String expected) {
    blanks();
    char c = text.charAt(at++);
    if (expected.indexOf(c) < 0) {
      throw new IllegalArgumentException(
          c + " at " + at + " where one of " + expected + " was due");
    }
    return c;
  }

  private void blanks() {
    while (at < text.length() && " \n\r\t".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }
}
