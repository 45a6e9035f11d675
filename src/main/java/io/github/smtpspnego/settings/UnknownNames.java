package io.github.smtpspnego.settings;

import io.github.smtpspnego.SpnegoOption;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Finds properties that look like settings and are none, and warns of each once. */
final class UnknownNames {
  private static final int MOST_WARNINGS = 100;
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  /** Protocols whose system properties were looked through. */
  private static final Set<String> LOOKED_THROUGH = ConcurrentHashMap.newKeySet();

  /** Properties that were looked through, by their identity; each place keeps the last ones. */
  private static final AtomicReferenceArray<@Nullable WeakReference<Map<?, ?>>> LAST =
      new AtomicReferenceArray<>(64);

  private UnknownNames() {}

  static void warn(
      String protocol, Collection<String> known, Map<?, ?> properties, boolean readsSystem) {
    int slot = (System.identityHashCode(properties) ^ protocol.hashCode()) & (LAST.length() - 1);
    WeakReference<Map<?, ?>> last = LAST.get(slot);
    if (last == null || last.get() != properties) {
      LAST.set(slot, new WeakReference<>(properties));
      // A Properties object may have defaults, which Map.keySet does not show.
      lookThrough(
          properties instanceof Properties withDefaults
              ? withDefaults.stringPropertyNames()
              : properties.keySet(),
          protocol,
          known);
    }
    if (readsSystem
        && !LOOKED_THROUGH.contains(protocol)
        && LOOKED_THROUGH.size() < MOST_WARNINGS
        && LOOKED_THROUGH.add(protocol)) {
      lookThrough(System.getProperties().keySet(), protocol, known);
    }
  }

  private static void lookThrough(Set<?> keys, String protocol, Collection<String> known) {
    String prefix = SpnegoOption.prefix(protocol);
    for (Object key : keys) {
      if (key instanceof String name
          && name.startsWith(prefix)
          && !known.contains(name)
          && WARNED.size() < MOST_WARNINGS
          && WARNED.add(name)) {
        System.getLogger("io.github.smtpspnego")
            .log(
                Level.WARNING,
                "The property {0} is no setting of smtp-spnego; the nearest one is {1}.",
                name,
                nearest(name, known));
      }
    }
  }

  static String nearest(String name, Collection<String> known) {
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(name, candidate);
      if (distance < least) {
        nearest = candidate;
        least = distance;
      }
    }
    return nearest;
  }

  /** Levenshtein's distance. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
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
