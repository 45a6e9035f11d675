package io.github.smtpspnego.client;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.CredentialSettings;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.List;
import java.util.Optional;
import javax.security.sasl.Sasl;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one exchange, read once.
 *
 * @param target the server's name
 * @param credentials where credentials come from
 * @param initialResponse whether the AUTH line carries the first token
 * @param layerEnding whether a layer offer is expected
 * @param mutualAuth whether the server must prove itself
 * @param delegation whether the ticket is forwarded
 * @param qop the layers acceptable, best first
 * @param maxBuffer the largest message taken under a layer, in octets
 * @param authorizationId the identity to act as, where the user set one
 */
record ClientSettings(
    TargetName target,
    CredentialSettings credentials,
    InitialResponse initialResponse,
    LayerEnding layerEnding,
    boolean mutualAuth,
    boolean delegation,
    List<Qop> qop,
    int maxBuffer,
    Optional<String> authorizationId) {

  /**
   * Reads the settings.
   *
   * @param settings where they stand
   * @param host the server's name, or null
   * @throws SpnegoException if one has a bad value, or contradicts another
   */
  static ClientSettings read(SettingsReader settings, @Nullable String host)
      throws SpnegoException {
    LayerEnding ending = settings.constant(SpnegoOption.SECURITYLAYER, LayerEnding.class);
    List<Qop> qop = SaslProperties.qop(settings);
    if (ending == LayerEnding.NONE && !qop.contains(Qop.AUTH)) {
      throw settings.bad(
          SpnegoOption.SECURITYLAYER,
          "which gives auth only, and " + Sasl.QOP + " does not allow that");
    }
    return new ClientSettings(
        target(settings, host),
        CredentialSettings.read(settings),
        settings.constant(SpnegoOption.INITIALRESPONSE, InitialResponse.class),
        ending,
        mutualAuth(settings),
        settings.flag(SpnegoOption.DELEGATION),
        qop,
        SaslProperties.maxBuffer(settings),
        settings.property("mail." + settings.protocol() + ".sasl.authorizationid"));
  }

  private static boolean mutualAuth(SettingsReader settings) throws SpnegoException {
    return settings.flag(SpnegoOption.MUTUALAUTH)
        || settings.property(Sasl.SERVER_AUTH).map("true"::equalsIgnoreCase).orElse(false);
  }

  private static TargetName target(SettingsReader settings, @Nullable String host)
      throws SpnegoException {
    Optional<String> spn = settings.text(SpnegoOption.SPN);
    if (spn.isPresent()) {
      try {
        return TargetName.parse(spn.get());
      } catch (IllegalArgumentException e) {
        throw settings.bad(
            SpnegoOption.SPN, "it must be service/host, service/host@REALM or service@host");
      }
    }
    if (host == null || host.isBlank()) {
      throw settings.bad(SpnegoOption.SPN, "without the server's host name it must be set");
    }
    String service = settings.text(SpnegoOption.SERVICE).orElseThrow();
    if (service.contains("/") || service.contains("@")) {
      throw settings.bad(
          SpnegoOption.SERVICE, "it must be a service class alone; a whole name goes into spn");
    }
    return TargetName.of(service, host);
  }
}
