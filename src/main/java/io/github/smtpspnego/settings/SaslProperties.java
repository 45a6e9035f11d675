package io.github.smtpspnego.settings;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.gss.Qop;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringTokenizer;
import javax.security.sasl.Sasl;
import org.jspecify.annotations.Nullable;

/**
 * The standard properties of {@code javax.security.sasl}, the same in both roles.
 *
 * <p>Read for the first mail of a JVM: loops are used here, since streams load many classes.
 */
public final class SaslProperties {
  /** The mechanism name that MS-SSEAN section 2.2.1 fixes. */
  public static final String GSSAPI = "GSSAPI";

  /** The unambiguous name that Cyrus SASL and Dovecot use. */
  public static final String GSS_SPNEGO = "GSS-SPNEGO";

  /** Both names, the specification's first. */
  public static final List<String> MECHANISMS = List.of(GSSAPI, GSS_SPNEGO);

  private static final List<Qop> DEFAULT_QOP = List.of(Qop.AUTH);
  private static final int DEFAULT_MAX_BUFFER = 65536;
  private static final int LARGEST_MAX_BUFFER = 0xffffff;

  /** Policies that these mechanisms do not fulfil; the JDK's GSSAPI does not either. */
  private static final List<String> NOT_HELD =
      List.of(Sasl.POLICY_NODICTIONARY, Sasl.POLICY_FORWARD_SECRECY, Sasl.POLICY_PASS_CREDENTIALS);

  private static final String SEPARATORS = " \t\r\n\f\u000b,;";

  private SaslProperties() {}

  /**
   * Splits a list of mechanisms as users write it, also with line ends or semicolons.
   *
   * @param listed the list
   * @return the names in their order
   */
  public static List<String> split(String listed) {
    List<String> names = new ArrayList<>();
    StringTokenizer tokens = new StringTokenizer(listed, SEPARATORS);
    while (tokens.hasMoreTokens()) {
      names.add(tokens.nextToken());
    }
    return names;
  }

  /**
   * Those of the mechanisms that mean SPNEGO here, {@code GSSAPI} and {@code GSS-SPNEGO}.
   *
   * @return their names in upper case, in the same order
   */
  public static List<String> spnego(List<String> mechanisms) {
    List<String> ours = new ArrayList<>();
    for (String name : mechanisms) {
      if (isSpnego(name)) {
        ours.add(name.toUpperCase(Locale.ROOT));
      }
    }
    return ours;
  }

  /** Whether the name of a mechanism, in any case, means SPNEGO here. */
  public static boolean isSpnego(String mechanism) {
    return mechanism.equalsIgnoreCase(GSSAPI) || mechanism.equalsIgnoreCase(GSS_SPNEGO);
  }

  /** Whether the mechanisms fulfil the requested policies, {@code javax.security.sasl.policy.*}. */
  public static boolean policiesHold(@Nullable Map<?, ?> properties) {
    for (String policy : NOT_HELD) {
      if (properties != null && "true".equalsIgnoreCase(String.valueOf(properties.get(policy)))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The requested layers.
   *
   * @param ending whether there is an offer, and so a choice of layers
   * @return the layers, best first; authentication only by default
   */
  public static List<Qop> qop(SettingsReader settings, LayerEnding ending) throws SpnegoException {
    String value = settings.property(Sasl.QOP);
    List<Qop> layers;
    try {
      layers = value.isEmpty() ? DEFAULT_QOP : Qop.parse(value);
    } catch (IllegalArgumentException e) {
      throw SettingsReader.bad(
          Sasl.QOP, value, "it must be a list of auth, auth-int, auth-conf, best first");
    }
    if (ending == LayerEnding.NONE && !layers.contains(Qop.AUTH)) {
      throw settings.bad(
          SpnegoOption.SECURITYLAYER, "it gives auth only, which " + Sasl.QOP + " does not allow");
    }
    return layers;
  }

  /** The largest message that is accepted under a layer. */
  public static int maxBuffer(SettingsReader settings) throws SpnegoException {
    String value = settings.property(Sasl.MAX_BUFFER);
    if (value.isEmpty()) {
      return DEFAULT_MAX_BUFFER;
    }
    try {
      int size = Integer.parseInt(value);
      if (size > 0 && size <= LARGEST_MAX_BUFFER) {
        return size;
      }
    } catch (NumberFormatException e) {
      // reported below, like a number out of range
    }
    throw SettingsReader.bad(
        Sasl.MAX_BUFFER, value, "it must be a number from 1 to " + LARGEST_MAX_BUFFER);
  }
}
