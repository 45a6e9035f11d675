package io.github.smtpspnego.kerberos;

import java.nio.file.Path;
import java.util.Locale;

/** The name of a keytab or ticket cache as Kerberos writes it: a path, or {@code TYPE:residual}. */
final class TypedName {
  private static final String FILE = "FILE";

  private TypedName() {}

  /** The type in upper case; empty for {@code FILE}, and for a path alone. */
  static String typeBesideFile(String name) {
    String type = type(name);
    return type.equals(FILE) ? "" : type;
  }

  /**
   * The path, without {@code FILE:}.
   *
   * @throws java.nio.file.InvalidPathException if it is none
   */
  static Path path(String name) {
    return Path.of(type(name).equals(FILE) ? name.substring(FILE.length() + 1) : name);
  }

  private static String type(String name) {
    int colon = name.indexOf(':');
    for (int i = 0; i < colon; i++) {
      if (!Character.isLetter(name.charAt(i))) {
        return "";
      }
    }
    // A drive letter is one character long; types are longer.
    return colon > 1 ? name.substring(0, colon).toUpperCase(Locale.ROOT) : "";
  }
}
