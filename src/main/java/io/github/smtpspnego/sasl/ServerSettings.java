package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.CredentialSettings;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.settings.LayerEnding;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.List;
import java.util.Locale;
import javax.security.sasl.Sasl;
import org.jspecify.annotations.Nullable;

/** The settings of one exchange, read once. */
public final class ServerSettings {
  /** What clients ask for by default: most {@code smtp}, .NET's {@code SMTPSVC}. */
  private static final List<String> MAIL = List.of("smtp", "smtpsvc");

  final CredentialSettings credentials;

  /** The layers to offer. */
  final List<Qop> qop;

  /** The largest message taken under a layer, in octets. */
  final int maxBuffer;

  private final LayerEnding layerEnding;

  /** Service classes that a ticket may be for; empty for any. */
  private final List<String> services;

  /** The host that a ticket must be for; empty for any. */
  private final String host;

  private ServerSettings(SettingsReader settings, @Nullable String serverName)
      throws SpnegoException {
    credentials = CredentialSettings.read(settings);
    qop = SaslProperties.qop(settings);
    maxBuffer = SaslProperties.maxBuffer(settings);
    layerEnding = settings.constant(SpnegoOption.SECURITYLAYER, LayerEnding.class);
    boolean anyName = settings.text(SpnegoOption.PRINCIPAL).isPresent();
    String service =
        settings.property(SpnegoOption.SERVICE.propertyName(settings.protocol())).orElse("");
    services =
        anyName ? List.of() : service.isEmpty() ? MAIL : List.of(service.toLowerCase(Locale.ROOT));
    host = anyName || serverName == null ? "" : serverName.strip();
  }

  /**
   * Reads the settings.
   *
   * @param settings where they stand
   * @param serverName the server's name, or null for any
   * @param layers whether the place can wrap messages
   * @return their values
   * @throws SpnegoException if one has a bad value, or contradicts another
   */
  public static ServerSettings read(
      SettingsReader settings, @Nullable String serverName, boolean layers) throws SpnegoException {
    ServerSettings read = new ServerSettings(settings, serverName);
    if (!read.qop.contains(Qop.AUTH)) {
      if (read.layerEnding == LayerEnding.NONE) {
        throw settings.bad(
            SpnegoOption.SECURITYLAYER,
            "which gives auth only, and " + Sasl.QOP + " does not allow that");
      }
      if (!layers) {
        throw SettingsReader.bad(
            Sasl.QOP,
            settings.property(Sasl.QOP).orElse(""),
            "it must allow auth, since nothing here wraps the connection; use STARTTLS");
      }
    }
    return read;
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
    if (!spnego || layerEnding == LayerEnding.REQUIRED) {
      return true;
    }
    return layerEnding == LayerEnding.AUTO
        && (mechanism.equals(SaslProperties.GSSAPI) || !qop.contains(Qop.AUTH));
  }

  /**
   * Whether a ticket may be for this name: a keytab often holds the keys of other services too.
   *
   * <p>Where the setting {@code principal} is set, it decides: the keys of that principal alone are
   * used, or with {@code *} all of them for any name. Else the ticket must be for the mail service,
   * on the server's host where that is known.
   *
   * @param principal {@code service/host@REALM}
   */
  boolean accepts(String principal) {
    String service = serviceOf(principal).toLowerCase(Locale.ROOT);
    return (services.isEmpty() || services.contains(service))
        && (host.isEmpty() || host.equalsIgnoreCase(hostOf(principal)));
  }

  /** Whether a ticket may be for any name. */
  boolean acceptsAny() {
    return services.isEmpty() && host.isEmpty();
  }

  /** The names that a ticket may be for, in words. */
  String acceptedNames() {
    return String.join(" or ", services) + "/" + (host.isEmpty() ? "*" : host);
  }

  private static String serviceOf(String principal) {
    String withoutRealm = principal.substring(0, end(principal, principal.indexOf('@')));
    return withoutRealm.substring(0, end(withoutRealm, withoutRealm.indexOf('/')));
  }

  /** The host in a principal {@code service/host@REALM}; null where it names none. */
  static @Nullable String hostOf(String principal) {
    int slash = principal.indexOf('/');
    int at = principal.indexOf('@', slash);
    return slash < 0 ? null : principal.substring(slash + 1, end(principal, at));
  }

  private static int end(String text, int found) {
    return found < 0 ? text.length() : found;
  }
}
