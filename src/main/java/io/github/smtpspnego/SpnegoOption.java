package io.github.smtpspnego;

import java.util.List;

/**
 * The settings, one constant each: {@code mail.<protocol>.sasl.spnego.<name>}.
 *
 * <p>Values come from the properties handed to the SASL factory (Angus Mail passes those of the
 * {@code Session}), then from the system properties. A value that is not one of {@link #choices()}
 * makes the exchange fail with {@link SpnegoException.Reason#BAD_SETTING}; a name under the prefix
 * that is not listed here is warned about. A SASL server reads the properties that it is handed,
 * and no system property.
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

  /** The Kerberos principal to authenticate as, whatever the source of the credentials. */
  PRINCIPAL(
      "principal",
      "",
      List.of(),
      "the Kerberos principal to authenticate as; default: the keytab's or ticket cache's own, or"
          + " the mail user"),

  /** Keytab file. */
  KEYTAB("keytab", "", List.of(), "keytab file to log in from, with `FILE:` before it or not"),

  /** Ticket cache file. */
  TICKETCACHE(
      "ticketcache",
      "",
      List.of(),
      "ticket cache file, with `FILE:` before it or not; default: KRB5CCNAME, then the JDK's own"),

  /** Name of a JAAS login configuration entry. */
  JAASENTRY("jaasentry", "", List.of(), "name of an entry in the JVM's JAAS configuration"),

  /** The user in whose name a service sends, by constrained delegation. */
  IMPERSONATE(
      "impersonate",
      "",
      List.of(),
      "the user to be authenticated as by constrained delegation, `alice@REALM`, with the"
          + " credentials of a service that the KDC lets do so"),

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
          + " OK-AS-DELEGATE"),

  /** For a server only: realms whose clients are let in. */
  REALMS("realms", "", List.of(), "");

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
   * What the setting means for a client, in one line.
   *
   * @return the line, as in the README; empty where a client does not read the setting
   */
  public String description() {
    return description;
  }

  /**
   * What the setting means for a server, in one line.
   *
   * @return the line, as in the README; empty where a server does not read the setting
   */
  public String serverDescription() {
    return switch (this) {
      case ENABLE -> "answer for this protocol at all; switched off, the JDK's own server answers";
      case HOSTS ->
          "comma-separated host names that tickets may be for; default: the server name that was"
              + " handed over, any where there is none";
      case SERVICE ->
          "comma-separated service classes that tickets may be for; default: `smtp,SMTPSVC`";
      case CREDENTIALS -> "where the keys come from: `auto`, `subject`, `keytab`, `jaas`, `native`";
      case PRINCIPAL ->
          "the one principal whose keys are used, for tickets of any name that fit them; `*`: all"
              + " keys that there are";
      case KEYTAB -> "keytab file with the keys; it is read again when it changes";
      case JAASENTRY -> "name of an entry in the JVM's JAAS configuration that gives keys";
      case SECURITYLAYER ->
          "auto: a layer offer under GSSAPI, as Exchange makes it, and none under GSS-SPNEGO;"
              + " required: always; none: success at once; raw Kerberos always gets the offer";
      case REALMS ->
          "comma-separated realms whose clients are let in, `*` for any; default: the key's own";
      default -> "";
    };
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
