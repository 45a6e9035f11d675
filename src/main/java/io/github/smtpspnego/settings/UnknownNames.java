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

/** Warns once for each property that looks like a setting and is not. */
final class UnknownNames {
  private static final int MOST_WARNINGS = 100;
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  /** The protocols for which the system properties were searched. */
  private static final Set<String> SEARCHED = ConcurrentHashMap.newKeySet();

  /** The properties searched last, in a hash table by identity without chains. */
  private static final AtomicReferenceArray<@Nullable WeakReference<Map<?, ?>>> LAST =
      new AtomicReferenceArray<>(64);

  private UnknownNames() {}

  static void warn(
      String protocol, Collection<String> known, Map<?, ?> properties, boolean readsSystem) {
    int slot = (System.identityHashCode(properties) ^ protocol.hashCode()) & (LAST.length() - 1);
    WeakReference<Map<?, ?>> last = LAST.get(slot);
    if (last == null || last.get() != properties) {
      LAST.set(slot, new WeakReference<>(properties));
      // keySet does not contain the defaults of a Properties object.
      search(
          properties instanceof Properties withDefaults
              ? withDefaults.stringPropertyNames()
              : properties.keySet(),
          protocol,
          known);
    }
    if (readsSystem
        && !SEARCHED.contains(protocol)
        && SEARCHED.size() < MOST_WARNINGS
        && SEARCHED.add(protocol)) {
      search(System.getProperties().keySet(), protocol, known);
    }
  }

  private static void search(Set<?> keys, String protocol, Collection<String> known) {
    String prefix = SpnegoOption.prefix(protocol);
    for (Object key : keys.toArray()) { // a program may change them meanwhile
      if (key instanceof String name
          && name.startsWith(prefix)
          && !known.contains(name)
          && WARNED.size() < MOST_WARNINGS
          && WARNED.add(name)) {
        System.getLogger("io.github.smtpspnego")
            .log(
                Level.WARNING,
                "The property {0} is not a setting of smtp-spnego. The names after {1} are {2}.",
                name,
                prefix,
                String.join(", ", known).replace(prefix, ""));
      }
    }
  }
}
