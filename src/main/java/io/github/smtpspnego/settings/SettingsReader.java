package io.github.smtpspnego.settings;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one protocol: those handed to the SASL factory, then, for a client, the
 * system's.
 */
public final class SettingsReader {
  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");

  private static final String EVERY_HOST = "*";
  private static final int MOST_WARNINGS = 100;
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  /** Protocols whose system properties were looked through: once, since they are many. */
  private static final Set<String> LOOKED_THROUGH = ConcurrentHashMap.newKeySet();

  /** The settings' names for the usual protocols, made once: every exchange looks for them all. */
  private static final Map<String, Map<SpnegoOption, String>> NAMES =
      Map.of("smtp", names("smtp"), "smtps", names("smtps"));

  private final String protocol;
  private final Map<SpnegoOption, String> names;
  private final Map<String, ?> properties;
  private final boolean readsSystem;

  /**
   * Creates a client's reader; nothing is read yet.
   *
   * @param protocol the mail protocol
   * @param properties the properties handed to the factory, or null
   */
  public SettingsReader(String protocol, @Nullable Map<String, ?> properties) {
    this(protocol, properties, true);
  }

  /**
   * Creates a server's reader. It reads no system property, so that the settings of a client in the
   * same JVM do not reach a server.
   *
   * @param protocol the mail protocol
   * @param properties the properties handed to the factory, or null
   * @return the reader
   */
  public static SettingsReader ofServer(String protocol, @Nullable Map<String, ?> properties) {
    return new SettingsReader(protocol, properties, false);
  }

  private SettingsReader(
      String protocol, @Nullable Map<String, ?> properties, boolean readsSystem) {
    this.readsSystem = readsSystem;
    this.protocol = protocol.toLowerCase(Locale.ROOT);
    Map<SpnegoOption, String> made = NAMES.get(this.protocol);
    this.names = made == null ? names(this.protocol) : made;
    this.properties = properties == null ? Map.of() : properties;
  }

  /**
   * The protocol whose settings these are.
   *
   * @return its name in lower case
   */
  public String protocol() {
    return protocol;
  }

  /**
   * Whether the protocol is switched on; where it is not, the JDK asks the next provider.
   *
   * @return true for smtp and smtps where nothing else is set
   * @throws SpnegoException if the setting {@code enable} has a bad value
   */
  public boolean isOn() throws SpnegoException {
    String set = choice(SpnegoOption.ENABLE).orElse("");
    return set.isEmpty() ? protocol.equals("smtp") || protocol.equals("smtps") : set.equals("true");
  }

  /**
   * Whether the host is one of those known to speak SPNEGO (MS-SSEAN section 1.5).
   *
   * @param host the server's name, or null
   * @return true where one of the patterns set matches it
   */
  public boolean isKnownHost(@Nullable String host) {
    String patterns = text(SpnegoOption.HOSTS).orElse(EVERY_HOST);
    if (patterns.equals(EVERY_HOST)) {
      return true;
    }
    String name = host == null ? "" : host;
    for (String pattern : patterns.split(",", -1)) {
      String escaped = pattern.strip().replaceAll("[^\\w*?]", "\\\\$0");
      if (name.matches("(?i)" + escaped.replace("?", ".").replace("*", ".*"))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Any property as text.
   *
   * @param name its whole name
   * @return its value without blanks around it; empty where it is not set or blank
   */
  public Optional<String> property(String name) {
    String value = given(name);
    String text = value != null ? value : readsSystem ? System.getProperty(name, "") : "";
    return text.isBlank() ? Optional.empty() : Optional.of(text.strip());
  }

  /**
   * A property of the factory's as an object, {@code javax.security.sasl.credentials} say.
   *
   * @param name its whole name
   * @param type the type it must have
   * @param <T> that type
   * @return the object; empty where it is not set or of another type
   */
  public <T> Optional<T> object(String name, Class<T> type) {
    Object value = properties.get(name);
    return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
  }

  /**
   * A setting as text.
   *
   * @param option the setting
   * @return its value, or its default; empty where both are
   */
  public Optional<String> text(SpnegoOption option) {
    Optional<String> set = property(name(option));
    return set.isPresent() || option.defaultValue().isEmpty()
        ? set
        : Optional.of(option.defaultValue());
  }

  /**
   * A setting that is set to one of its choices.
   *
   * @param option the setting
   * @return the choice; empty where it is not set
   * @throws SpnegoException if it is set to something else
   */
  public Optional<String> choice(SpnegoOption option) throws SpnegoException {
    Optional<String> set = property(name(option));
    if (set.isEmpty()) {
      return set;
    }
    String choice = set.get().toLowerCase(Locale.ROOT);
    if (!option.choices().contains(choice)) {
      throw bad(option, "it must be one of " + String.join(", ", option.choices()));
    }
    return Optional.of(choice);
  }

  /**
   * A setting as a constant.
   *
   * @param option the setting; its choices are the names of the constants in lower case
   * @param type the constants' type
   * @param <E> that type
   * @return the constant chosen, or that of the default
   * @throws SpnegoException if it is set to something else
   */
  public <E extends Enum<E>> E constant(SpnegoOption option, Class<E> type) throws SpnegoException {
    String name = choice(option).orElse(option.defaultValue());
    return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
  }

  /**
   * A setting that is true or false.
   *
   * @param option the setting
   * @return its value, or its default
   * @throws SpnegoException if it is set to something else
   */
  public boolean flag(SpnegoOption option) throws SpnegoException {
    return choice(option).orElse(option.defaultValue()).equals("true");
  }

  /**
   * Makes the exception for a setting with a bad value.
   *
   * @param option the setting
   * @param expected what it must be
   * @return the exception, naming the property, its value and what is expected
   */
  public SpnegoException bad(SpnegoOption option, String expected) {
    String name = name(option);
    return bad(name, property(name).orElse(""), expected);
  }

  /**
   * Makes the exception for a property with a bad value.
   *
   * @param name the property's whole name
   * @param value its value
   * @param expected what it must be
   * @return the exception, naming all three
   */
  public static SpnegoException bad(String name, String value, String expected) {
    return new SpnegoException(
        Reason.BAD_SETTING,
        "The property " + name + " is set to '" + value + "'; " + expected + ".",
        null);
  }

  /**
   * Warns, once each, of names under the prefix that are no settings: most are misspelt. The system
   * properties are looked through at the first call for a protocol.
   */
  public void warnOfUnknownNames() {
    Set<String> unknown = new TreeSet<>();
    String prefix = SpnegoOption.prefix(protocol);
    if (readsSystem && LOOKED_THROUGH.size() < MOST_WARNINGS && LOOKED_THROUGH.add(protocol)) {
      addUnknown(System.getProperties().keySet(), prefix, unknown);
    }
    // A Properties object may have defaults, which Map.keySet does not show.
    addUnknown(
        (Map<?, ?>) properties instanceof Properties withDefaults
            ? withDefaults.stringPropertyNames()
            : properties.keySet(),
        prefix,
        unknown);
    for (String name : unknown) {
      if (WARNED.size() < MOST_WARNINGS && WARNED.add(name)) {
        LOGGER.log(
            Level.WARNING,
            "The property {0} is no setting of smtp-spnego; the nearest one is {1}.",
            name,
            nearest(name));
      }
    }
  }

  private void addUnknown(Set<?> keys, String prefix, Set<String> unknown) {
    for (Object key : keys) {
      if (key instanceof String name && name.startsWith(prefix) && !names.containsValue(name)) {
        unknown.add(name);
      }
    }
  }

  /**
   * The name of a setting that is most like this one.
   *
   * @param name the whole name of a property
   * @return the nearest name; the same where it is a setting's own
   */
  public String nearest(String name) {
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (SpnegoOption option : SpnegoOption.values()) {
      String known = name(option);
      int distance = distance(name, known);
      if (distance < least) {
        nearest = known;
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

  private String name(SpnegoOption option) {
    return names.getOrDefault(option, "");
  }

  private static Map<SpnegoOption, String> names(String protocol) {
    Map<SpnegoOption, String> names = new EnumMap<>(SpnegoOption.class);
    for (SpnegoOption option : SpnegoOption.values()) {
      names.put(option, option.propertyName(protocol));
    }
    return names;
  }

  private @Nullable String given(String name) {
    Object value = properties.get(name);
    if (value != null) {
      return value.toString();
    }
    // A Properties object may have defaults, which Map.get does not see.
    return (Map<?, ?>) properties instanceof Properties withDefaults
        ? withDefaults.getProperty(name)
        : null;
  }
}
