package io.github.smtpspnego.settings;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.kerberos.Printable;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one protocol: those handed to the SASL factory, then, for a client, the
 * system's.
 */
public final class SettingsReader {
  /** The settings' names for the usual protocols, made once: every exchange looks for them all. */
  private static final Map<String, Map<SpnegoOption, String>> NAMES =
      Map.of("smtp", names("smtp"), "smtps", names("smtps"));

  private final String protocol;
  private final Map<SpnegoOption, String> names;
  private final Map<?, ?> properties;
  private final boolean readsSystem;

  /** Creates a client's reader; nothing is read yet. */
  public SettingsReader(String protocol, @Nullable Map<?, ?> properties) {
    this(protocol, properties, true);
  }

  /**
   * Creates a server's reader. It reads no system property, so that the settings of a client in the
   * same JVM do not reach a server.
   */
  public static SettingsReader ofServer(String protocol, @Nullable Map<?, ?> properties) {
    return new SettingsReader(protocol, properties, false);
  }

  private SettingsReader(String protocol, @Nullable Map<?, ?> properties, boolean readsSystem) {
    this.readsSystem = readsSystem;
    this.protocol = protocol.toLowerCase(Locale.ROOT);
    Map<SpnegoOption, String> made = NAMES.get(this.protocol);
    this.names = made == null ? names(this.protocol) : made;
    this.properties = properties == null ? Map.of() : properties;
  }

  /** The protocol whose settings these are, in lower case. */
  public String protocol() {
    return protocol;
  }

  /** The setting {@code enable}. */
  public Switch enable() throws SpnegoException {
    return constant(SpnegoOption.ENABLE, Switch.class);
  }

  /**
   * Whether a SASL mechanism of ours that is asked for on this protocol means SPNEGO.
   *
   * @return true where {@code enable} is {@code true}, or {@code auto} on smtp and smtps
   */
  public boolean isOn() throws SpnegoException {
    Switch enable = enable();
    return enable == Switch.TRUE
        || (enable == Switch.AUTO && (protocol.equals("smtp") || protocol.equals("smtps")));
  }

  /** Whether the host is one of those known to speak SPNEGO (MS-SSEAN section 1.5). */
  public boolean isKnownHost(@Nullable String host) {
    return HostPatterns.match(text(SpnegoOption.HOSTS).orElse(""), host == null ? "" : host);
  }

  /**
   * Any property as text.
   *
   * @return its value without blanks around it; empty where it is not set or blank
   */
  public Optional<String> property(String name) {
    String text = read(name);
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /**
   * A property of the factory's as an object, {@code javax.security.sasl.credentials} say, or null.
   */
  public @Nullable Object object(String name) {
    return properties.get(name);
  }

  /**
   * A setting as text.
   *
   * @return its value, or its default; empty where both are
   */
  public Optional<String> text(SpnegoOption option) {
    String text = textOf(option);
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /**
   * A setting that is set to one of its choices.
   *
   * @return the choice; empty where it is not set
   */
  public Optional<String> choice(SpnegoOption option) throws SpnegoException {
    String set = read(name(option));
    return set.isEmpty() ? Optional.empty() : Optional.of(choice(option, set));
  }

  /**
   * A setting as a constant.
   *
   * @param option the setting; its choices are the names of the constants in lower case
   * @return the constant chosen, or that of the default
   */
  public <E extends Enum<E>> E constant(SpnegoOption option, Class<E> type) throws SpnegoException {
    return Enum.valueOf(type, choice(option, textOf(option)).toUpperCase(Locale.ROOT));
  }

  /** A setting that is true or false. */
  public boolean flag(SpnegoOption option) throws SpnegoException {
    return choice(option, textOf(option)).equals("true");
  }

  /**
   * The name of the server that a ticket is asked for, by the settings {@code spn} and {@code
   * service}.
   *
   * @throws SpnegoException if one of them has a bad value, or no host is named at all
   */
  public TargetName target(@Nullable String host) throws SpnegoException {
    String spn = textOf(SpnegoOption.SPN);
    if (!spn.isEmpty()) {
      try {
        return TargetName.parse(spn);
      } catch (IllegalArgumentException e) {
        throw bad(SpnegoOption.SPN, "it must be service/host, service/host@REALM or service@host");
      }
    }
    if (host == null || host.isBlank()) {
      throw bad(SpnegoOption.SPN, "without the server's host name it must be set");
    }
    String service = property(name(SpnegoOption.SERVICE)).orElse(defaultService());
    if (service.contains("/") || service.contains("@")) {
      throw bad(
          SpnegoOption.SERVICE, "it must be a service class alone; a whole name goes into spn");
    }
    return TargetName.of(service, host);
  }

  /** The service class that RFC 4752 has registered for the protocol; smtp for all of mail's. */
  private String defaultService() {
    return switch (protocol) {
      case "imap", "imaps" -> "imap";
      case "pop3", "pop3s" -> "pop";
      default -> SpnegoOption.SERVICE.defaultValue();
    };
  }

  /**
   * Checks that no user is to be impersonated, where that would be skipped.
   *
   * @throws SpnegoException if one is
   */
  public void checkNobodyIsImpersonated() throws SpnegoException {
    if (text(SpnegoOption.IMPERSONATE).isPresent()) {
      throw bad(
          SpnegoOption.IMPERSONATE,
          "SPNEGO is not used for this server: see the settings enable, hosts and sasl.enable");
    }
  }

  /** Whether a setting is there and names nothing. */
  public boolean isBlank(SpnegoOption option) {
    Object value = properties.get(name(option));
    return value != null && value.toString().isBlank();
  }

  /**
   * The exception for a setting with a bad value, naming the property, the value and what it must
   * be.
   */
  public SpnegoException bad(SpnegoOption option, String expected) {
    String name = name(option);
    return bad(name, property(name).orElse(""), expected);
  }

  /** The exception for a property with a bad value. */
  public static SpnegoException bad(String name, String value, String expected) {
    return new SpnegoException(
        Reason.BAD_SETTING,
        "The property " + name + " is set to '" + Printable.of(value) + "'; " + expected + ".",
        null);
  }

  /**
   * Warns once of each name under the prefix that is no setting: most are misspelt. Properties are
   * looked through unless they are those looked through last; the system properties once for each
   * protocol.
   */
  public void warnOfUnknownNames() {
    UnknownNames.warn(protocol, names.values(), properties, readsSystem);
  }

  private String textOf(SpnegoOption option) {
    String set = read(name(option));
    return set.isEmpty() ? option.defaultValue() : set;
  }

  private String choice(SpnegoOption option, String text) throws SpnegoException {
    for (String choice : option.choices()) {
      if (choice.equalsIgnoreCase(text)) {
        return choice;
      }
    }
    throw bad(option, "it must be one of " + String.join(", ", option.choices()));
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

  /**
   * A property's text without blanks around it; empty where it is not set. A blank value counts as
   * not set, as forms and templates leave it: the next source is read.
   */
  private String read(String name) {
    String text = stripped(properties.get(name));
    if (text.isEmpty() && properties instanceof Properties withDefaults) {
      text = stripped(withDefaults.getProperty(name)); // Map.get does not see the defaults
    }
    return text.isEmpty() && readsSystem ? System.getProperty(name, "").strip() : text;
  }

  private static String stripped(@Nullable Object value) {
    return value == null ? "" : value.toString().strip();
  }
}
