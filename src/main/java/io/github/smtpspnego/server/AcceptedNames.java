package io.github.smtpspnego.server;

import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which names of the server a ticket may be for: a keytab often holds the keys of other services
 * too.
 *
 * <p>Where the setting {@code principal} is set, it decides: the keys of that principal alone are
 * used, or with {@code *} all of them for any name. Else the ticket must be for the mail service,
 * on the server's host where that is known.
 *
 * @param services service classes; empty for any
 * @param host the host; empty for any
 */
record AcceptedNames(List<String> services, Optional<String> host) {
  /** What clients ask for by default: most {@code smtp}, .NET's {@code SMTPSVC}. */
  private static final List<String> MAIL = List.of("smtp", "smtpsvc");

  static AcceptedNames read(SettingsReader settings, @Nullable String host) {
    if (settings.text(SpnegoOption.PRINCIPAL).isPresent()) {
      return new AcceptedNames(List.of(), Optional.empty());
    }
    return new AcceptedNames(
        settings
            .property(SpnegoOption.SERVICE.propertyName(settings.protocol()))
            .map(service -> List.of(service.toLowerCase(Locale.ROOT)))
            .orElse(MAIL),
        Optional.ofNullable(host).filter(name -> !name.isBlank()));
  }

  /**
   * Whether a ticket may be for this name.
   *
   * @param principal {@code service/host@REALM}
   */
  boolean accept(String principal) {
    String service = principal.split("[/@]", 2)[0].toLowerCase(Locale.ROOT);
    return (services.isEmpty() || services.contains(service))
        && (host.isEmpty() || hostOf(principal).filter(host.get()::equalsIgnoreCase).isPresent());
  }

  /** The host in a principal {@code service/host@REALM}; empty where it names none. */
  static Optional<String> hostOf(String principal) {
    int slash = principal.indexOf('/');
    int at = principal.indexOf('@', slash);
    return slash < 0
        ? Optional.empty()
        : Optional.of(principal.substring(slash + 1, at < 0 ? principal.length() : at));
  }

  @Override
  public String toString() {
    return String.join(" or ", services) + "/" + host.orElse("*");
  }
}
