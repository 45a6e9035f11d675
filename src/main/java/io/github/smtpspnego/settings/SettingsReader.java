package io.github.smtpspnego.settings;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The properties of one protocol: those handed to the SASL factory, then the system's. */
public final class SettingsReader {
  private final String protocol;
  private final Map<String, ?> properties;

  /**
   * Creates a reader; nothing is read yet.
   *
   * @param protocol the mail protocol
   * @param properties the properties handed to the factory, or null
   */
  public SettingsReader(String protocol, @Nullable Map<String, ?> properties) {
    this.protocol = protocol.toLowerCase(Locale.ROOT);
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
   * Any property as text.
   *
   * @param name its whole name
   * @return its value without blanks around it; empty where it is not set or blank
   */
  public Optional<String> property(String name) {
    return Optional.ofNullable(given(name))
        .or(() -> Optional.ofNullable(System.getProperty(name)))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
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
    return Optional.ofNullable(properties.get(name)).filter(type::isInstance).map(type::cast);
  }

  /**
   * A setting as text.
   *
   * @param option the setting
   * @return its value, or its default; empty where both are
   */
  public Optional<String> text(SpnegoOption option) {
    return property(option.propertyName(protocol))
        .or(() -> Optional.of(option.defaultValue()).filter(value -> !value.isEmpty()));
  }

  /**
   * A setting that is set to one of its choices.
   *
   * @param option the setting
   * @return the choice; empty where it is not set
   * @throws SpnegoException if it is set to something else
   */
  public Optional<String> choice(SpnegoOption option) throws SpnegoException {
    Optional<String> set =
        property(option.propertyName(protocol)).map(text -> text.toLowerCase(Locale.ROOT));
    if (set.isPresent() && !option.choices().contains(set.get())) {
      throw bad(option, "it must be one of " + String.join(", ", option.choices()));
    }
    return set;
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
    String name = option.propertyName(protocol);
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
   * The names under the prefix that are no settings.
   *
   * @return whole names of properties
   */
  public List<String> unknownNames() {
    String prefix = SpnegoOption.prefix(protocol);
    return Stream.concat(
            names(properties).stream(), System.getProperties().stringPropertyNames().stream())
        .filter(name -> name.startsWith(prefix))
        .filter(
            name ->
                Arrays.stream(SpnegoOption.values())
                    .noneMatch(option -> option.propertyName(protocol).equals(name)))
        .distinct()
        .toList();
  }

  private @Nullable String given(String name) {
    // A Properties object may have defaults, which Map.get does not see.
    if ((Map<?, ?>) properties instanceof Properties withDefaults) {
      String text = withDefaults.getProperty(name);
      if (text != null) {
        return text;
      }
    }
    Object value = properties.get(name);
    return value == null ? null : value.toString();
  }

  private static List<String> names(Map<String, ?> properties) {
    if ((Map<?, ?>) properties instanceof Properties withDefaults) {
      return List.copyOf(withDefaults.stringPropertyNames());
    }
    return List.copyOf(properties.keySet());
  }
}
