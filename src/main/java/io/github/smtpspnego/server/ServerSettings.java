package io.github.smtpspnego.server;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.CredentialSettings;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.List;
import javax.security.sasl.Sasl;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one exchange, read once.
 *
 * @param names which names of the server a ticket may be for
 * @param credentials where the server's keys come from
 * @param layerEnding whether a layer offer is made to clients that speak SPNEGO
 * @param qop the layers to offer
 * @param maxBuffer the largest message taken under a layer, in octets
 */
record ServerSettings(
    AcceptedNames names,
    CredentialSettings credentials,
    LayerEnding layerEnding,
    List<Qop> qop,
    int maxBuffer) {

  /**
   * Reads the settings.
   *
   * @param settings where they stand
   * @param host the server's name, or null for any
   * @throws SpnegoException if one has a bad value, or contradicts another
   */
  static ServerSettings read(SettingsReader settings, @Nullable String host)
      throws SpnegoException {
    LayerEnding ending = settings.constant(SpnegoOption.SECURITYLAYER, LayerEnding.class);
    List<Qop> qop = SaslProperties.qop(settings);
    if (ending == LayerEnding.NONE && !qop.contains(Qop.AUTH)) {
      throw settings.bad(
          SpnegoOption.SECURITYLAYER,
          "which gives auth only, and " + Sasl.QOP + " does not allow that");
    }
    return new ServerSettings(
        AcceptedNames.read(settings, host),
        CredentialSettings.read(settings),
        ending,
        qop,
        SaslProperties.maxBuffer(settings));
  }

  /**
   * The same for a place where no message can be wrapped.
   *
   * @throws SpnegoException if authentication only is not allowed
   */
  ServerSettings withoutLayers() throws SpnegoException {
    if (!qop.contains(Qop.AUTH)) {
      throw SettingsReader.bad(
          Sasl.QOP,
          String.join(",", qop.stream().map(Qop::saslName).toList()),
          "it must allow auth, since nothing here wraps the connection; use STARTTLS");
    }
    return new ServerSettings(names, credentials, layerEnding, List.of(Qop.AUTH), maxBuffer);
  }

  /**
   * Whether the layer offer of RFC 2222 section 7.2.2 is made.
   *
   * <p>RFC 4752 has no ending without it. With SPNEGO Exchange, Dovecot and Cyrus SASL make it
   * under GSSAPI, and under GSS-SPNEGO Cyrus does not; where authentication alone is not allowed,
   * only the offer can agree on more.
   *
   * @param mechanism the SASL mechanism
   * @param spnego whether the client speaks SPNEGO rather than raw Kerberos
   */
  boolean makesOffer(String mechanism, boolean spnego) {
    return !spnego
        || switch (layerEnding) {
          case REQUIRED -> true;
          case NONE -> false;
          case AUTO -> mechanism.equals(SaslProperties.GSSAPI) || !qop.contains(Qop.AUTH);
        };
  }
}
