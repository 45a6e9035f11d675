package io.github.smtpspnego;

import java.util.List;

/**
 * The settings, one constant each: {@code mail.<protocol>.sasl.spnego.<name>}.
 *
 * <p>Values come from the properties handed to the SASL factory (Angus Mail passes those of the
 * {@code Session}), then from the system properties. A value that is not one of {@link #choices()}
 * makes the exchange fail with {@link SpnegoException.Reason#BAD_SETTING}; a name under the prefix
 * that is not listed here is warned about.
 */
public enum SpnegoOption {
  /** The one switch: authenticate on this protocol by SPNEGO. */
  ENABLE(
      "enable",
      "auto",
      List.of("auto", "true", "false"),
      "`true`: authenticate by SPNEGO, whatever `mail.smtp.auth`, `sasl.enable` and"
          + " `sasl.mechanisms` say; `auto`: where `GSSAPI` is asked for on smtp and smtps;"
          + " `false`: the JDK's own Kerberos client answers"),

  /** Host patterns that are known to speak SPNEGO (MS-SSEAN 1.5). */
  HOSTS(
      "hosts",
      "*",
      List.of(),
      "comma-separated host patterns, `*` and `?` allowed, that are known to speak SPNEGO"),

  /** Service class of the service principal name. */
  SERVICE(
      "service",
      "smtp",
      List.of(),
      "service class of the target name, also for smtps; Exchange registers SMTP and SMTPSVC"),

  /** The whole target name. */
  SPN(
      "spn",
      "",
      List.of(),
      "the whole target name: `SMTPSVC/mail.contoso.com`, `smtp/mail@REALM` or `smtp@host`"),

  /** Where Kerberos credentials come from. */
  CREDENTIALS(
      "credentials",
      "auto",
      List.of("auto", "subject", "keytab", "password", "ticketcache", "jaas", "native"),
      "where the Kerberos credentials come from"),

  /** The Kerberos principal to log in as. */
  PRINCIPAL(
      "principal",
      "",
      List.of(),
      "the Kerberos principal to log in as; default: the keytab's or ticket cache's own, or the"
          + " mail user"),

  /** Keytab file. */
  KEYTAB("keytab", "", List.of(), "keytab file to log in from"),

  /** Ticket cache file. */
  TICKETCACHE(
      "ticketcache", "", List.of(), "ticket cache file; default: KRB5CCNAME, then the JDK's own"),

  /** Name of a JAAS login configuration entry. */
  JAASENTRY("jaasentry", "", List.of(), "name of an entry in the JVM's JAAS configuration"),

  /** Whether the AUTH command carries the first token. */
  INITIALRESPONSE(
      "initialresponse",
      "auto",
      List.of("auto", "always", "never"),
      "send the first token in the AUTH line; never: wait for the server's empty 334"),

  /** Whether the server's security layer offer of RFC 2222 section 7.2 is expected. */
  SECURITYLAYER(
      "securitylayer",
      "auto",
      List.of("auto", "required", "none"),
      "auto: finish on 235 or answer the layer offer, whichever comes"),

  /** Require and verify the server's proof of identity. */
  MUTUALAUTH(
      "mutualauth",
      "true",
      List.of("true", "false"),
      "require and verify the server's proof of identity"),

  /** Forward the ticket-granting ticket to the server. */
  DELEGATION(
      "delegation",
      "false",
      List.of("false", "true", "policy"),
      "forward the ticket to the server; `policy`: only where the KDC marks the server"
          + " OK-AS-DELEGATE");

  private final String optionName;
  private final String defaultValue;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> choices;

  private final String description;

  SpnegoOption(String optionName, String defaultValue, List<String> choices, String description) {
    this.optionName = optionName;
    this.defaultValue = defaultValue;
    this.choices = choices;
    this.description = description;
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
   * What holds where the property is not set.
   *
   * @return the default, empty where there is none
   */
  public String defaultValue() {
    return defaultValue;
  }

  /**
   * The values that the property may have.
   *
   * @return the values in lower case; empty where any text will do
   */
  public List<String> choices() {
    return choices;
  }

  /**
   * What the setting means, in one line.
   *
   * @return the line, as in the README
   */
  public String description() {
    return description;
  }

  /**
   * What the names of all settings of a protocol begin with.
   *
   * @param protocol the mail protocol, {@code smtp} say
   * @return the prefix with its last dot
   */
  public static String prefix(String protocol) {
    return "mail." + protocol + ".sasl.spnego.";
  }
}
