package io.github.smtpspnego.settings;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.kerberos.Printable;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings of one protocol: from the properties passed to the constructor, then, for a
 * client, from the system properties.
 */
public final class SettingsReader {
  /**
   * The property names for the usual protocols. They are made once, since every exchange reads them
   * all.
   */
  private static final Map<String, Map<SpnegoOption, String>> NAMES =
      Map.of("smtp", names("smtp"), "smtps", names("smtps"));

  private final String protocol;
  private final Map<SpnegoOption, String> names;
  private final Map<?, ?> properties;
  private final boolean readsSystem;

  /** Creates a client's reader. Nothing is read yet. */
  public SettingsReader(String protocol, @Nullable Map<?, ?> properties) {
    this(protocol, properties, true);
  }

  /**
   * Creates a server's reader. It reads no system property, so that a client's settings in the same
   * JVM do not affect a server.
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

  /**
   * Whether the mechanisms mean SPNEGO on this protocol: {@code enable} is {@code true}, or {@code
   * auto} on smtp and smtps.
   */
  public boolean isOn() throws SpnegoException {
    String enable = choice(SpnegoOption.ENABLE);
    return enable.equals("true")
        || (enable.equals("auto") && (protocol.equals("smtp") || protocol.equals("smtps")));
  }

  /** Whether {@code enable} is {@code true}: SPNEGO is used without any other setting. */
  public boolean isForced() throws SpnegoException {
    return choice(SpnegoOption.ENABLE).equals("true");
  }

  /** Whether {@code enable} is {@code false}: SPNEGO is not used on this protocol. */
  public boolean isOff() throws SpnegoException {
    return choice(SpnegoOption.ENABLE).equals("false");
  }

  /** Whether {@link #isOn}, or the setting has a bad value, which the exchange then reports. */
  public boolean mayBeOn() {
    try {
      return isOn();
    } catch (SpnegoException e) {
      return true;
    }
  }

  /** Whether a host is one of those known to speak SPNEGO (MS-SSEAN section 1.5). */
  public boolean isKnownHost(@Nullable String host) {
    return HostPatterns.match(text(SpnegoOption.HOSTS), host == null ? "" : host);
  }

  /**
   * The stripped text of a property; empty if it is not set. A blank value, as forms and templates
   * produce it, counts as not set, and the next source is read.
   */
  public String property(String name) {
    String text = stripped(properties.get(name));
    if (text.isEmpty() && properties instanceof Properties withDefaults) {
      text = stripped(withDefaults.getProperty(name)); // Map.get ignores the defaults
    }
    return text.isEmpty() && readsSystem ? System.getProperty(name, "").strip() : text;
  }

  /** The value of a property as an object, which is never a system property; null if not set. */
  public @Nullable Object object(String name) {
    return properties.get(name);
  }

  /** The value of a setting, or its default; empty if both are. */
  public String text(SpnegoOption option) {
    String set = property(name(option));
    return set.isEmpty() ? option.defaultValue() : set;
  }

  /** The choice of a setting, or that of its default. */
  public String choice(SpnegoOption option) throws SpnegoException {
    String text = text(option);
    for (String choice : option.choices()) {
      if (choice.equalsIgnoreCase(text)) {
        return choice;
      }
    }
    throw bad(option, "it must be one of " + String.join(", ", option.choices()));
  }

  /**
   * A setting as a constant.
   *
   * @param option the setting; its choices are the names of the constants in lower case
   * @return the constant chosen, or that of the default
   */
  public <E extends Enum<E>> E constant(SpnegoOption option, Class<E> type) throws SpnegoException {
    return Enum.valueOf(type, choice(option).toUpperCase(Locale.ROOT));
  }

  /** A setting that is true or false. */
  public boolean flag(SpnegoOption option) throws SpnegoException {
    return choice(option).equals("true");
  }

  /**
   * The name of the server that a ticket is requested for, from the settings {@code spn} and {@code
   * service}.
   *
   * @throws SpnegoException if one of them has a bad value, or neither a host nor {@code spn} is
   *     given
   */
  public TargetName target(@Nullable String host) throws SpnegoException {
    String spn = text(SpnegoOption.SPN);
    if (!spn.isEmpty()) {
      try {
        return TargetName.parse(spn);
      } catch (IllegalArgumentException e) {
        throw bad(SpnegoOption.SPN, "it must be service/host, service/host@REALM or service@host");
      }
    }
    if (host == null || host.isBlank()) {
      throw new SpnegoException(
          Reason.BAD_SETTING,
          "The property "
              + name(SpnegoOption.SPN)
              + " is not set, and the server's host name is not known.",
          "Set it, or connect to the server by its host name.",
          null);
    }
    String set = property(name(SpnegoOption.SERVICE));
    String service = set.isEmpty() ? defaultService() : set;
    if (service.contains("/") || service.contains("@")) {
      throw bad(
          SpnegoOption.SERVICE, "it must be a service class alone; a whole name goes into spn");
    }
    return TargetName.of(service, host);
  }

  /** The GSSAPI service name that is registered for the protocol; smtp if there is none. */
  private String defaultService() {
    return switch (protocol) {
      case "imap", "imaps" -> "imap";
      case "pop3", "pop3s" -> "pop";
      default -> SpnegoOption.SERVICE.defaultValue();
    };
  }

  /**
   * Checks that no user is to be impersonated, for a server that SPNEGO is not used for.
   *
   * @throws SpnegoException if the setting {@code impersonate} is set
   */
  public void checkNobodyIsImpersonated() throws SpnegoException {
    if (!text(SpnegoOption.IMPERSONATE).isEmpty()) {
      throw bad(
          SpnegoOption.IMPERSONATE,
          "SPNEGO is not used for this server: see the settings enable, hosts and sasl.enable");
    }
  }

  /** Whether a setting is set to a blank value. */
  public boolean isBlank(SpnegoOption option) {
    Object value = properties.get(name(option));
    return value != null && value.toString().isBlank();
  }

  /** The exception for a setting with a bad value, which says what the value must be. */
  public SpnegoException bad(SpnegoOption option, String expected) {
    String name = name(option);
    return bad(name, property(name), expected);
  }

  /** The exception for a property with a bad value. */
  public static SpnegoException bad(String name, String value, String expected) {
    return new SpnegoException(
        Reason.BAD_SETTING,
        "The property " + name + " is set to '" + Printable.of(value) + "'; " + expected + ".",
        null);
  }

  /**
   * Warns once for each property name under the prefix that is not a setting, and probably
   * misspelt. The system properties are searched once for each protocol. Other properties are not
   * searched again if they were searched recently.
   */
  public void warnOfUnknownNames() {
    UnknownNames.warn(protocol, names.values(), properties, readsSystem);
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

  private static String stripped(@Nullable Object value) {
    return value == null ? "" : value.toString().strip();
  }
}
