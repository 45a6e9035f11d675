package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.CredentialSettings;
import io.github.smtpspnego.gss.ContextFlags;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.settings.Delegation;
import io.github.smtpspnego.settings.InitialResponse;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.List;
import javax.security.sasl.Sasl;
import org.jspecify.annotations.Nullable;

/** The settings of one exchange, read once. */
final class ClientSettings {
  /** The server's name. */
  final TargetName target;

  final CredentialSettings credentials;
  final InitialResponse initialResponse;
  final LayerEnding layerEnding;

  /**
   * What is requested of the context. The layer offer that ends {@code GSSAPI} is sent with
   * integrity protection. {@code GSS-SPNEGO} may end without an offer, and Cyrus SASL servers
   * interpret the integrity flag as a security layer there, so it is requested only together with a
   * layer.
   */
  final ContextFlags flags;

  /** The layers acceptable, best first. */
  final List<Qop> qop;

  /** The largest message that is accepted under a layer, in octets. */
  final int maxBuffer;

  /** The authorization identity that is set; empty for none. */
  final String authorizationId;

  /**
   * Reads the settings.
   *
   * @param host the server's name, or null
   * @throws SpnegoException if one has a bad value, or contradicts another
   */
  ClientSettings(SettingsReader settings, String mechanism, @Nullable String host)
      throws SpnegoException {
    if (!settings.isOn() || !settings.isKnownHost(host)) {
      settings.checkNobodyIsImpersonated();
    }
    target = settings.target(host);
    credentials = new CredentialSettings(settings);
    initialResponse = settings.constant(SpnegoOption.INITIALRESPONSE, InitialResponse.class);
    layerEnding = settings.constant(SpnegoOption.SECURITYLAYER, LayerEnding.class);
    boolean mutualAuth =
        settings.flag(SpnegoOption.MUTUALAUTH)
            || settings.property(Sasl.SERVER_AUTH).equalsIgnoreCase("true");
    Delegation delegation = settings.constant(SpnegoOption.DELEGATION, Delegation.class);
    qop = SaslProperties.qop(settings, layerEnding);
    maxBuffer = SaslProperties.maxBuffer(settings);
    authorizationId = settings.property("mail." + settings.protocol() + ".sasl.authorizationid");
    boolean isImpersonated = !settings.text(SpnegoOption.IMPERSONATE).isEmpty();
    if (isImpersonated && delegation == Delegation.TRUE) {
      throw settings.bad(
          SpnegoOption.DELEGATION, "no ticket of a user who is impersonated can be forwarded");
    }
    if (layerEnding == LayerEnding.NONE && !authorizationId.isEmpty()) {
      throw settings.bad(
          SpnegoOption.SECURITYLAYER,
          "without a layer offer, the identity in mail.smtp.sasl.authorizationid cannot be sent");
    }
    boolean layers = qop.contains(Qop.AUTH_INT) || qop.contains(Qop.AUTH_CONF);
    flags =
        new ContextFlags(
            mutualAuth,
            delegation == Delegation.TRUE,
            delegation == Delegation.POLICY && !isImpersonated,
            layers || mechanism.equals(SaslProperties.GSSAPI),
            qop.contains(Qop.AUTH_CONF));
  }
}
