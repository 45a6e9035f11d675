package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.settings.Switch;
import java.util.List;
import java.util.Properties;
import org.eclipse.angus.mail.util.PropUtil;

/**
 * What the settings say of authentication on one connection, before the server is asked.
 *
 * @param isActive whether the transport does anything of its own
 * @param isSpnego whether the mechanisms GSSAPI and GSS-SPNEGO mean SPNEGO on this connection
 * @param mechanisms the SASL mechanisms that may be used, in order
 * @param isExclusive whether no other mechanism may be used
 * @param isRequired whether no mail goes out unauthenticated
 */
record AuthPolicy(
    boolean isActive,
    boolean isSpnego,
    List<String> mechanisms,
    boolean isExclusive,
    boolean isRequired) {
  /** The transport behaves as Angus Mail's own. */
  private static final AuthPolicy INERT = new AuthPolicy(false, false, List.of(), false, false);

  /**
   * Reads the settings.
   *
   * @param protocol {@code smtp} or {@code smtps}
   * @param properties the Session's
   * @param serverNames the server's names: the one that was configured, and the one in DNS
   * @param isSaslOn whether Angus Mail's SASL support is switched on
   * @param listed the SASL mechanisms that are listed, in order; empty for any
   * @param hasLogin whether the program gave both user and password
   * @throws SpnegoException if the setting {@code enable} has a bad value, or a user is to be
   *     impersonated where SPNEGO is not used
   */
  static AuthPolicy of(
      String protocol,
      Properties properties,
      List<String> serverNames,
      boolean isSaslOn,
      List<String> listed,
      boolean hasLogin)
      throws SpnegoException {
    SettingsReader settings = new SettingsReader(protocol, properties);
    settings.warnOfUnknownNames();
    AuthPolicy policy = of(protocol, properties, serverNames, isSaslOn, listed, hasLogin, settings);
    if (!policy.isSpnego) {
      settings.checkNobodyIsImpersonated();
    }
    return policy;
  }

  private static AuthPolicy of(
      String protocol,
      Properties properties,
      List<String> serverNames,
      boolean isSaslOn,
      List<String> listed,
      boolean hasLogin,
      SettingsReader settings)
      throws SpnegoException {
    Switch enable = settings.enable();
    // DNS alone must not decide that SPNEGO is not meant.
    boolean isKnownHost = isAnyKnown(serverNames, settings);
    if (enable == Switch.TRUE && isKnownHost) {
      List<String> ours = SaslProperties.spnego(listed);
      return new AuthPolicy(
          true, true, ours.isEmpty() ? SaslProperties.MECHANISMS : ours, true, true);
    }
    boolean isNamed = !SaslProperties.spnego(listed).isEmpty();
    String auth = "mail." + protocol + ".auth";
    boolean isOff = !PropUtil.getBooleanProperty(properties, auth, true);
    boolean isOn = PropUtil.getBooleanProperty(properties, auth, isNamed);
    if (enable == Switch.FALSE
        || !isSaslOn
        || !(isNamed || listed.isEmpty())
        || !(hasLogin || isOn)) {
      return INERT;
    }
    if (isNamed) {
      return new AuthPolicy(true, isKnownHost, listed, true, !isOff);
    }
    return isKnownHost ? new AuthPolicy(true, true, SaslProperties.MECHANISMS, false, isOn) : INERT;
  }

  private static boolean isAnyKnown(List<String> serverNames, SettingsReader settings) {
    for (String name : serverNames) {
      if (settings.isKnownHost(name)) {
        return true;
      }
    }
    return false;
  }

  /** Those of the mechanisms that mean SPNEGO. */
  List<String> spnegoMechanisms() {
    return SaslProperties.spnego(mechanisms);
  }

  /** Whether a mechanism may be used that sends the user's password. */
  boolean mayUsePassword() {
    return !isExclusive || spnegoMechanisms().size() < mechanisms.size();
  }

  /** Explains that nothing which may be used is offered, where SPNEGO is not meant. */
  SpnegoException unavailable(String serverName) {
    return new SpnegoException(
        Reason.NOT_OFFERED,
        "Authenticating to "
            + serverName
            + " by "
            + String.join(", ", mechanisms)
            + ": mail.smtp.sasl.spnego.hosts does not name this server, so SPNEGO is not used, and the"
            + " server offers no other mechanism of the list that can be used (the JDK's own Kerberos"
            + " client knows GSSAPI only). Nothing was sent.",
        null);
  }
}
