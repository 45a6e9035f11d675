package io.github.smtpspnego.settings;

import io.github.smtpspnego.SpnegoOption;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Warns, once each, of properties under the prefix that are no settings: most are misspelt. */
public final class UnknownSettings {
  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");
  private static final int MOST_WARNINGS = 100;
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  private UnknownSettings() {}

  /**
   * Warns of what has not been warned of before.
   *
   * @param settings where to look
   */
  public static void warn(SettingsReader settings) {
    for (String name : settings.unknownNames()) {
      if (WARNED.size() < MOST_WARNINGS && WARNED.add(name)) {
        LOGGER.log(
            Level.WARNING,
            "The property {0} is no setting of smtp-spnego; the nearest one is {1}.",
            name,
            nearest(name, settings.protocol()));
      }
    }
  }

  static String nearest(String name, String protocol) {
    return Arrays.stream(SpnegoOption.values())
        .map(option -> option.propertyName(protocol))
        .min(Comparator.comparingInt(known -> distance(name, known)))
        .orElseThrow();
  }

  /** Levenshtein's distance. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replace = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
