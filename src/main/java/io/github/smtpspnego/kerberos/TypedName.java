package io.github.smtpspnego.kerberos;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** The name of a keytab or ticket cache as Kerberos writes it: a path, or {@code TYPE:residual}. */
public final class TypedName {
  private static final String FILE = "FILE:";

  private TypedName() {}

  /**
   * The type in upper case, such as {@code KCM}; empty for a path, with or without {@code FILE:}.
   */
  public static String type(String name) {
    int colon = name.indexOf(':');
    for (int i = 0; i < colon; i++) {
      if (!Character.isLetter(name.charAt(i))) {
        return "";
      }
    }
    // A drive letter is one character long; types are longer.
    return colon < 2 || isFile(name) ? "" : name.substring(0, colon).toUpperCase(Locale.ROOT);
  }

  /**
   * The path of a file, which is written with or without {@code FILE:}.
   *
   * @throws InvalidPathException if it is not a path
   */
  public static Path path(String name) {
    return Path.of(isFile(name) ? name.substring(FILE.length()) : name);
  }

  private static boolean isFile(String name) {
    return name.regionMatches(true, 0, FILE, 0, FILE.length());
  }
}
