package io.github.smtpspnego;

import java.util.List;

/**
 * The settings, one constant each: {@code mail.<protocol>.sasl.spnego.<name>}.
 *
 * <p>Values are read from the properties that are passed to the SASL factory (Angus Mail passes
 * those of the {@code Session}), then from the system properties. A value that is not one of {@link
 * #choices()} makes the exchange fail with {@link SpnegoException.Reason#BAD_SETTING}. An unknown
 * name under the prefix is logged as a warning. A SASL server reads the properties that are passed
 * to it, and no system property.
 */
public enum SpnegoOption {
  /**
   * Whether SPNEGO is used. {@code true}: yes, regardless of {@code mail.smtp.auth}, {@code
   * sasl.enable} and {@code sasl.mechanisms}; {@code auto}: if {@code GSSAPI} is requested on smtp
   * or smtps; {@code false}: no, and {@code GSSAPI} is the JDK's Kerberos client.
   */
  ENABLE("enable", "auto", "auto", "true", "false"),

  /** Host patterns that are known to speak SPNEGO (MS-SSEAN section 1.5). */
  HOSTS("hosts", "*"),

  /** Service class of the service principal name. */
  SERVICE("service", "smtp"),

  /** The whole target name. */
  SPN("spn", ""),

  /** Where Kerberos credentials come from. */
  CREDENTIALS(
      "credentials",
      "auto",
      "auto",
      "subject",
      "keytab",
      "password",
      "ticketcache",
      "jaas",
      "native"),

  /** The Kerberos principal to authenticate as, whatever the source of the credentials. */
  PRINCIPAL("principal", ""),

  /** Keytab file, with or without {@code FILE:}. */
  KEYTAB("keytab", ""),

  /** Ticket cache file, with or without {@code FILE:}. */
  TICKETCACHE("ticketcache", ""),

  /** Name of an entry in the JVM's JAAS configuration. */
  JAASENTRY("jaasentry", ""),

  /** The user that a service authenticates as, by constrained delegation. */
  IMPERSONATE("impersonate", ""),

  /** Whether the AUTH command carries the first token. */
  INITIALRESPONSE("initialresponse", "auto", "auto", "always", "never"),

  /** Whether the server's security layer offer of RFC 2222 section 7.2 is expected. */
  SECURITYLAYER("securitylayer", "auto", "auto", "required", "none"),

  /** Require and verify the server's proof of identity. */
  MUTUALAUTH("mutualauth", "true", "true", "false"),

  /**
   * Forward the ticket-granting ticket to the server; {@code policy}: only if the KDC marks the
   * server OK-AS-DELEGATE.
   */
  DELEGATION("delegation", "false", "false", "true", "policy"),

  /** For a server only: the realms whose clients are accepted. */
  REALMS("realms", "");

  private final String optionName;
  private final String defaultValue;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> choices;

  SpnegoOption(String optionName, String defaultValue, String... choices) {
    this.optionName = optionName;
    this.defaultValue = defaultValue;
    this.choices = List.of(choices);
  }

  /**
   * The last part of the property's name.
   *
   * @return the name, in lower case
   */
  public String optionName() {
    return optionName;
  }

  /**
   * The whole name of the property.
   *
   * @param protocol the mail protocol, {@code smtp} say
   * @return the property's name, {@code mail.smtp.sasl.spnego.spn} say
   */
  public String propertyName(String protocol) {
    return prefix(protocol) + optionName;
  }

  /**
   * The value that is used if the property is not set.
   *
   * @return the default; empty if there is none
   */
  public String defaultValue() {
    return defaultValue;
  }

  /**
   * The values that the property may have.
   *
   * @return the values in lower case; empty if any text is allowed
   */
  public List<String> choices() {
    return choices;
  }

  /**
   * The prefix of the names of all settings of a protocol.
   *
   * @param protocol the mail protocol, {@code smtp} say
   * @return the prefix with its last dot
   */
  public static String prefix(String protocol) {
    return "mail." + protocol + ".sasl.spnego.";
  }
}
