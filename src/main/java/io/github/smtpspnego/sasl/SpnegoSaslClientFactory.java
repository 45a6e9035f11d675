package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates SASL clients for callers of {@code Sasl.createSaslClient}: Angus Mail's own transport,
 * the old {@code javax.mail}, other protocols, and programs without a mail library.
 *
 * <p>For protocols that are not switched on, and hosts that are not known to speak SPNEGO, it
 * returns null, and the JDK asks the next provider. For all others it never throws: Angus Mail
 * would then send the password by LOGIN or PLAIN. What is wrong is thrown by the client's first
 * call.
 */
public final class SpnegoSaslClientFactory implements SaslClientFactory {
  /** For the security provider. */
  public SpnegoSaslClientFactory() {}

  @Override
  public @Nullable SaslClient createSaslClient(
      String[] mechanisms,
      @Nullable String authorizationId,
      @Nullable String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> properties,
      @Nullable CallbackHandler handler) {
    Optional<String> mechanism =
        Stream.of(mechanisms).filter(SaslProperties.MECHANISMS::contains).findFirst();
    if (mechanism.isEmpty() || protocol == null || !SaslProperties.policiesHold(properties)) {
      return null;
    }
    SettingsReader settings = new SettingsReader(protocol, properties);
    boolean isMeant = isOn(settings) && settings.isKnownHost(serverName);
    // The JDK's client would authenticate as itself. Ours fails at its first call.
    if (!isMeant && settings.text(SpnegoOption.IMPERSONATE).isEmpty()) {
      return null;
    }
    settings.warnOfUnknownNames();
    // Angus Mail shows no exception of a SASL client.
    return new SpnegoSaslClient(
        mechanism.get(), settings, serverName, authorizationId, handler, true);
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> properties) {
    return SaslProperties.policiesHold(properties)
        ? SaslProperties.MECHANISMS.toArray(String[]::new)
        : new String[0];
  }

  private static boolean isOn(SettingsReader settings) {
    try {
      return settings.isOn();
    } catch (SpnegoException e) {
      return true; // the client then throws what is wrong with it
    }
  }
}
