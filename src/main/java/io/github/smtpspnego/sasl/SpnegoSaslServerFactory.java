package io.github.smtpspnego.sasl;

import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates SASL servers for the protocols that are enabled. For others it returns null, and the JDK
 * asks the next provider.
 *
 * <p>It is called by {@code Sasl.createSaslServer}. The settings are read from the properties that
 * are passed. System properties are not read, because they may be a client's. The callback handler
 * is called with an {@link javax.security.sasl.AuthorizeCallback} and must call {@code
 * setAuthorized(true)}. Without a handler a client may act only as itself.
 */
public final class SpnegoSaslServerFactory implements SaslServerFactory {
  private static final FailureLog FAILURES = new FailureLog();

  /** For the security provider. */
  public SpnegoSaslServerFactory() {}

  @Override
  public @Nullable SaslServer createSaslServer(
      String mechanism,
      @Nullable String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> properties,
      @Nullable CallbackHandler handler) {
    if (!SaslProperties.MECHANISMS.contains(mechanism)
        || protocol == null
        || !SaslProperties.policiesHold(properties)) {
      return null;
    }
    SettingsReader settings = SettingsReader.ofServer(protocol, properties);
    if (!settings.mayBeOn()) {
      return null;
    }
    settings.warnOfUnknownNames();
    return new SpnegoSaslServer(
        mechanism,
        () -> {
          settings.isOn(); // throws if the value is bad
          return ServerSettings.read(settings, serverName, Authorizer.of(handler));
        },
        failure -> FAILURES.warn(failure, ""));
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> properties) {
    return SaslExchange.mechanismNames(properties);
  }
}
