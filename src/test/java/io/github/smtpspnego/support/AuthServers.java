package io.github.smtpspnego.support;

import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Servers set up by the properties of a SASL server, for tests that only need one. */
public final class AuthServers {
  private AuthServers() {}

  /** A server of this host, or of any. */
  public static SmtpAuthServer of(@Nullable String host, Map<String, ?> properties) {
    return builder(host, properties).build();
  }

  /** The same, to be set up further. */
  public static SmtpAuthServer.Builder builder(@Nullable String host, Map<String, ?> properties) {
    SmtpAuthServer.Builder builder = SmtpAuthServer.builder();
    if (host != null) {
      builder.hosts(host);
    }
    text(properties, SpnegoOption.KEYTAB).map(Path::of).ifPresent(builder::keytab);
    text(properties, SpnegoOption.SERVICE).ifPresent(builder::services);
    text(properties, SpnegoOption.REALMS).map(list -> list.split(",")).ifPresent(builder::realms);
    text(properties, SpnegoOption.PRINCIPAL)
        .ifPresent(
            name -> {
              if (name.equals("*")) {
                builder.anyKey();
              } else {
                builder.principal(name);
              }
            });
    text(properties, SpnegoOption.SECURITYLAYER)
        .filter(ending -> !ending.equals("auto"))
        .ifPresent(ending -> builder.layerOffer(ending.equals("required")));
    return builder;
  }

  private static Optional<String> text(Map<String, ?> properties, SpnegoOption option) {
    return Optional.ofNullable(properties.get(option.propertyName("smtp")))
        .map(Object::toString)
        .filter(value -> !value.isEmpty());
  }
}
