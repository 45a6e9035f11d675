package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.List;
import java.util.Properties;
import org.eclipse.angus.mail.util.PropUtil;

/**
 * The authentication that the settings require on one connection, before the server's offer is
 * known.
 *
 * @param isActive whether the transport differs from Angus Mail's on this connection
 * @param isSpnego whether the mechanisms GSSAPI and GSS-SPNEGO mean SPNEGO on this connection
 * @param mechanisms the SASL mechanisms that may be used, in order
 * @param isExclusive whether no other mechanism may be used
 * @param isRequired whether no mail may be sent without authentication
 */
record AuthPolicy(
    boolean isActive,
    boolean isSpnego,
    List<String> mechanisms,
    boolean isExclusive,
    boolean isRequired) {
  /** Logged if the policy is not active: the server's name and the protocol. */
  static final String INERT_LOG =
      "SPNEGO is not used for {0}: mail.{1}.sasl.spnego.enable is not true, or .hosts leaves it out";

  /** The transport behaves as Angus Mail's own. */
  private static final AuthPolicy INERT = new AuthPolicy(false, false, List.of(), false, false);

  /**
   * Reads the settings.
   *
   * @param protocol {@code smtp} or {@code smtps}
   * @param properties the Session's
   * @param configuredName the server's name as it was configured
   * @param serverName the name for tickets: the configured one, or the one in DNS if asked for
   * @param isSaslOn whether Angus Mail's SASL support is enabled
   * @param listed the SASL mechanisms that are configured, in order; empty for any
   * @param hasLogin whether the program gave both user and password
   * @throws SpnegoException if the setting {@code enable} has a bad value, or a user is to be
   *     impersonated where SPNEGO is not used
   */
  static AuthPolicy of(
      String protocol,
      Properties properties,
      String configuredName,
      String serverName,
      boolean isSaslOn,
      List<String> listed,
      boolean hasLogin)
      throws SpnegoException {
    SettingsReader settings = new SettingsReader(protocol, properties);
    settings.warnOfUnknownNames();
    // The name in DNS alone must not exclude the server.
    boolean isKnownHost = settings.isKnownHost(configuredName) || settings.isKnownHost(serverName);
    List<String> named = SaslProperties.spnego(listed);
    if (settings.isForced() && isKnownHost) {
      return new AuthPolicy(
          true, true, named.isEmpty() ? SaslProperties.MECHANISMS : named, true, true);
    }
    boolean isNamed = !named.isEmpty();
    String auth = "mail." + protocol + ".auth";
    boolean isOff = !PropUtil.getBooleanProperty(properties, auth, true);
    boolean isOn = PropUtil.getBooleanProperty(properties, auth, isNamed);
    boolean isActive =
        !settings.isOff()
            && isSaslOn
            && (isNamed || (listed.isEmpty() && isKnownHost))
            && (hasLogin || isOn);
    if (!isActive || !isKnownHost) {
      settings.checkNobodyIsImpersonated();
    }
    if (!isActive) {
      return INERT;
    }
    return isNamed
        ? new AuthPolicy(true, isKnownHost, listed, true, !isOff)
        : new AuthPolicy(true, true, SaslProperties.MECHANISMS, false, isOn);
  }

  List<String> spnegoMechanisms() {
    return SaslProperties.spnego(mechanisms);
  }

  /** Whether a mechanism may be used that sends the user's password. */
  boolean mayUsePassword() {
    return !isExclusive || spnegoMechanisms().size() < mechanisms.size();
  }

  /** The failure that SPNEGO is not used for the server, which offers no other usable mechanism. */
  SpnegoException unavailable(String serverName) {
    return new SpnegoException(
        Reason.NOT_OFFERED,
        "Authenticating to "
            + serverName
            + " by "
            + String.join(", ", mechanisms)
            + ": mail.smtp.sasl.spnego.hosts does not name this server, so SPNEGO is not used, and the"
            + " server offers no other mechanism of the list that can be used (the JDK's own Kerberos"
            + " client knows GSSAPI only). No credentials were sent.",
        null);
  }
}
