package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes servers for the protocols that are switched on. For all others it returns null, and the JDK
 * asks the next provider.
 *
 * <p>For {@code Sasl.createSaslServer}; programs do not call it. The settings are read from the
 * properties that are passed. System properties are not read, because they may be a client's. The
 * callback handler is called with an {@link javax.security.sasl.AuthorizeCallback} and must answer
 * {@code setAuthorized(true)}. Without a handler a client is let in as itself and as nobody else.
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
    if (!isOurs(settings)) {
      return null;
    }
    settings.warnOfUnknownNames();
    return new SpnegoSaslServer(
        mechanism,
        () -> {
          settings.isOn(); // a bad value is told here
          return ServerSettings.read(settings, serverName, Authorizer.of(handler));
        },
        failure -> FAILURES.warn(failure, ""));
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> properties) {
    return SaslProperties.policiesHold(properties)
        ? SaslProperties.MECHANISMS.toArray(String[]::new)
        : new String[0];
  }

  private static boolean isOurs(SettingsReader settings) {
    try {
      return settings.isOn();
    } catch (SpnegoException e) {
      return true; // who set it badly meant us; the server says what is wrong
    }
  }
}
