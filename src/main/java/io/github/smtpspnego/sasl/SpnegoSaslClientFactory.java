package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.settings.SaslProperties;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates SASL clients for callers of {@code Sasl.createSaslClient}: Angus Mail's own transport,
 * the old {@code javax.mail}, other protocols, and programs without a mail library.
 *
 * <p>For protocols that are not enabled, and for hosts that the setting {@code hosts} does not
 * name, it returns null, and the JDK asks the next provider. It never throws, because Angus Mail
 * would then send the password by LOGIN or PLAIN. The client's first call throws instead.
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
    List<String> ours = new ArrayList<>(List.of(mechanisms));
    ours.retainAll(SaslProperties.MECHANISMS);
    if (ours.isEmpty() || protocol == null || !SaslProperties.policiesHold(properties)) {
      return null;
    }
    SettingsReader settings = new SettingsReader(protocol, properties);
    boolean isMeant = settings.mayBeOn() && settings.isKnownHost(serverName);
    // The JDK's client would authenticate as the service. This library's client fails instead.
    if (!isMeant && settings.text(SpnegoOption.IMPERSONATE).isEmpty()) {
      return null;
    }
    settings.warnOfUnknownNames();
    // Angus Mail does not show the exceptions of a SASL client, so they are logged.
    return new SpnegoSaslClient(ours.get(0), settings, serverName, authorizationId, handler, true);
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> properties) {
    return SaslExchange.mechanismNames(properties);
  }
}
