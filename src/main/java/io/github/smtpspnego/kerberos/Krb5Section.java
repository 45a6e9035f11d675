package io.github.smtpspnego.kerberos;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A section of {@code krb5.conf}, as the JDK reads it: sections with the same name are merged, of
 * subsections with the same name only the first is used, and values with the same name are all kept
 * in order.
 *
 * @param sections its subsections
 * @param values its values, except those whose name an earlier subsection has
 */
record Krb5Section(Map<String, Krb5Section> sections, Map<String, List<String>> values) {
  Krb5Section() {
    this(new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  /**
   * Parses the lines of all sections.
   *
   * @return the sections by their names, in lower case
   */
  static Map<String, Krb5Section> parse(List<String> lines) throws IOException {
    Krb5Section root = new Krb5Section();
    Deque<Krb5Section> open = new ArrayDeque<>(List.of(root));
    for (String line : normalized(lines)) {
      if (line.equals("}")) {
        open.pop();
        if (open.isEmpty()) {
          throw new IOException("a closing brace without an opening one");
        }
        continue;
      }
      int equals = line.indexOf('=');
      if (equals < 0) {
        throw new IOException("the line '" + line + "' has no equals sign");
      }
      String key = line.substring(0, equals).strip();
      String value = unquoted(line.substring(equals + 1).strip());
      Krb5Section current = open.getFirst();
      if (value.equals("{")) {
        open.push(
            open.size() == 1
                ? root.sections.computeIfAbsent(
                    key.toLowerCase(Locale.ROOT), name -> new Krb5Section())
                : current.subsection(key));
      } else if (!current.sections.containsKey(key)) {
        current.values.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
      }
    }
    if (open.size() > 1) {
      throw new IOException("an opening brace without a closing one");
    }
    return root.sections;
  }

  /** Opens a subsection, which is kept unless an earlier value or subsection has its name. */
  private Krb5Section subsection(String key) {
    Krb5Section opened = new Krb5Section();
    if (!values.containsKey(key)) {
      sections.putIfAbsent(key, opened);
    }
    return opened;
  }

  /** Reduces the lines to three kinds: {@code a = b}, <code>a = {</code> and <code>}</code>. */
  private static List<String> normalized(List<String> lines) throws IOException {
    List<String> result = new ArrayList<>();
    for (String line : lines) {
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#") || text.startsWith(";")) {
        continue;
      }
      if (text.startsWith("[")) {
        String title = text.endsWith("]") ? text.substring(1, text.length() - 1).strip() : "";
        if (title.isEmpty()) {
          throw new IOException("the line '" + text + "' is not a section header");
        }
        if (!result.isEmpty()) {
          result.add("}");
        }
        result.add(title + " = {");
      } else if (text.startsWith("{") && !result.isEmpty()) {
        int last = result.size() - 1;
        result.set(last, result.get(last) + " {");
        if (text.length() > 1) {
          result.add(text.substring(1).strip());
        }
      } else if (!result.isEmpty()) { // before the first section there are directives only
        result.add(text);
      }
    }
    if (!result.isEmpty()) {
      result.add("}");
    }
    return result;
  }

  private static String unquoted(String text) {
    char first = text.isEmpty() ? ' ' : text.charAt(0);
    return text.length() >= 2
            && (first == '"' || first == '\'')
            && text.charAt(text.length() - 1) == first
        ? text.substring(1, text.length() - 1).strip()
        : text;
  }
}
