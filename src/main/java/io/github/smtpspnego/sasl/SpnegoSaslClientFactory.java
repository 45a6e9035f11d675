package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes clients for the protocols that are switched on and the hosts that are known to speak
 * SPNEGO; for all others it steps aside, and the JDK asks the next provider.
 *
 * <p>Where an exchange is ours it never throws: Angus Mail would answer that with the password, by
 * LOGIN or PLAIN. What is wrong is thrown by the client's first call.
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
    String mechanism = firstOfOurs(mechanisms);
    if (mechanism == null || protocol == null || !SaslProperties.policiesHold(properties)) {
      return null;
    }
    SettingsReader settings = new SettingsReader(protocol, properties);
    ExchangeWatch watch = ExchangeWatch.over(settings.protocol());
    if (!isOurs(settings, serverName)) {
      if (watch != null) {
        watch.steppedAside();
      }
      return null;
    }
    settings.warnOfUnknownNames();
    SpnegoSaslClient client =
        new SpnegoSaslClient(
            mechanism,
            () -> {
              settings.isOn(); // a bad value is told here
              return ClientSettings.read(settings, serverName);
            },
            authorizationId,
            handler);
    if (watch != null) {
      watch.created(client);
    }
    return client;
  }

  private static @Nullable String firstOfOurs(String[] mechanisms) {
    for (String mechanism : mechanisms) {
      if (SaslProperties.MECHANISMS.contains(mechanism)) {
        return mechanism;
      }
    }
    return null;
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> properties) {
    return SaslProperties.policiesHold(properties)
        ? SaslProperties.MECHANISMS.toArray(String[]::new)
        : new String[0];
  }

  /** Whether an exchange is ours, so far as settings decide it. */
  static boolean isOurs(SettingsReader settings, @Nullable String serverName) {
    return isOn(settings) && settings.isKnownHost(serverName);
  }

  static boolean isOn(SettingsReader settings) {
    try {
      return settings.isOn();
    } catch (SpnegoException e) {
      return true; // who set it badly meant us; the client says what is wrong
    }
  }
}
