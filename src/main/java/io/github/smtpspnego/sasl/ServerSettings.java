package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.AcceptedNames;
import io.github.smtpspnego.credentials.AcceptorCredentials;
import io.github.smtpspnego.credentials.AcceptorFinder;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.ReplayCache;
import io.github.smtpspnego.gss.Replays;
import io.github.smtpspnego.kerberos.PrincipalText;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.List;
import javax.security.auth.kerberos.KerberosPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server.
 *
 * @param credentials the keys and the accepted names
 * @param replays remembers accepted tokens
 * @param authorization decides whom a client may act as
 * @param ending whether the layer offer is made
 * @param qop the layers to offer
 * @param maxBuffer the largest message that is accepted under a layer, in octets
 */
public record ServerSettings(
    AcceptorCredentials credentials,
    Replays replays,
    Authorizer authorization,
    LayerEnding ending,
    List<Qop> qop,
    int maxBuffer) {

  /**
   * Reads the settings of a SASL server.
   *
   * @param serverName the server's name, or null for any
   * @throws SpnegoException if one has a bad value, or contradicts another, or there are no keys
   */
  public static ServerSettings read(
      SettingsReader settings, @Nullable String serverName, Authorizer authorization)
      throws SpnegoException {
    LayerEnding ending = settings.constant(SpnegoOption.SECURITYLAYER, LayerEnding.class);
    return new ServerSettings(
        AcceptorFinder.find(settings, names(settings, serverName)),
        ReplayCache.shared(),
        authorization,
        ending,
        SaslProperties.qop(settings, ending),
        SaslProperties.maxBuffer(settings));
  }

  private static AcceptedNames names(SettingsReader settings, @Nullable String serverName)
      throws SpnegoException {
    List<String> hosts = list(settings, SpnegoOption.HOSTS);
    if (hosts.isEmpty() && serverName != null && !serverName.isBlank()) {
      hosts = List.of(serverName.strip());
    }
    List<String> services = list(settings, SpnegoOption.SERVICE);
    return new AcceptedNames(
        services.isEmpty() ? AcceptedNames.MAIL_SERVICES : services,
        hosts.equals(List.of(AcceptedNames.ANY)) ? List.of() : hosts,
        list(settings, SpnegoOption.REALMS),
        principal(settings));
  }

  private static List<String> list(SettingsReader settings, SpnegoOption option) {
    return SaslProperties.split(settings.property(option.propertyName(settings.protocol())));
  }

  private static String principal(SettingsReader settings) throws SpnegoException {
    String set = settings.text(SpnegoOption.PRINCIPAL);
    try {
      return withRealm(set);
    } catch (IllegalArgumentException e) {
      throw settings.bad(
          SpnegoOption.PRINCIPAL,
          "it must be a Kerberos principal with its realm, smtp/mail.example.com@EXAMPLE.COM say");
    }
  }

  /**
   * A principal with its realm, or with the default realm if it has none.
   *
   * @param principal the principal; empty for none, {@code *} for any
   * @return the principal as Kerberos writes it
   * @throws IllegalArgumentException if it is no principal, or there is no default realm
   */
  public static String withRealm(String principal) {
    return principal.isEmpty() || principal.equals(AcceptedNames.ANY)
        ? principal
        : new KerberosPrincipal(principal, KerberosPrincipal.KRB_NT_SRV_INST).getName();
  }

  /**
   * Whether the layer offer of RFC 2222 section 7.2.2 is made.
   *
   * <p>RFC 4752 always requires it. With SPNEGO, Exchange, Dovecot and Cyrus SASL make it under
   * GSSAPI; under GSS-SPNEGO, Cyrus SASL does not. It is also needed if authentication without a
   * layer is not allowed.
   *
   * @param mechanism the SASL mechanism
   * @param spnego whether the client speaks SPNEGO rather than raw Kerberos
   */
  boolean makesOffer(String mechanism, boolean spnego) {
    if (!spnego || ending == LayerEnding.REQUIRED) {
      return true;
    }
    return ending == LayerEnding.AUTO
        && (mechanism.equals(SaslProperties.GSSAPI) || !qop.contains(Qop.AUTH));
  }

  /** The host in a principal {@code service/host@REALM}; null if it contains none. */
  static @Nullable String hostOf(String principal) {
    String name = PrincipalText.withoutRealm(principal);
    int slash = name.indexOf('/');
    return slash < 0 ? null : name.substring(slash + 1);
  }
}
