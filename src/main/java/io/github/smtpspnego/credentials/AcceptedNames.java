package io.github.smtpspnego.credentials;

import io.github.smtpspnego.kerberos.PrincipalText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names that a ticket may be for, the keys that may decrypt it, and the clients that are
 * accepted.
 *
 * @param services the service classes, compared without regard to case
 * @param hosts the host names, compared without regard to case; empty for any
 * @param realms the realms whose clients are accepted; empty for the realm of the key; {@value
 *     #ANY} for any
 * @param principal the one principal whose keys are used, for tickets of any name that fit them;
 *     {@value #ANY} for all keys that there are; empty where services and hosts decide
 */
public record AcceptedNames(
    List<String> services, List<String> hosts, List<String> realms, String principal) {
  /** Stands for any realm, or for all keys. */
  public static final String ANY = "*";

  /** The service classes that mail clients ask for: most {@code smtp}, .NET's {@code SMTPSVC}. */
  public static final List<String> MAIL_SERVICES = List.of("smtp", "SMTPSVC");

  /** Copies the lists. */
  public AcceptedNames {
    services = List.copyOf(services);
    hosts = List.copyOf(hosts);
    realms = List.copyOf(realms);
  }

  /**
   * Whether a ticket may have this name.
   *
   * @param name its components
   */
  boolean acceptsTicketFor(List<String> name) {
    return !principal.isEmpty() || isServiceName(name);
  }

  /**
   * Whether the keys of a principal may be used.
   *
   * @param owner the principal with its realm
   */
  boolean acceptsKeyOf(String owner) {
    if (!principal.isEmpty()) {
      return principal.equals(ANY) || principal.equals(owner);
    }
    return owner.indexOf('@') > 0 && isServiceName(PrincipalText.components(owner));
  }

  /** Whether a ticket of one realm may be decrypted with a key of another. */
  boolean acceptsTicketOf(String realm, String keyRealm) {
    return realm.equals(keyRealm) || realms.contains(realm) || realms.contains(ANY);
  }

  /**
   * Whether clients of a realm are accepted.
   *
   * @param keyRealm the realm of the key that decrypted the ticket
   */
  public boolean acceptsClientOf(String realm, String keyRealm) {
    return realms.isEmpty()
        ? realm.equals(keyRealm)
        : realms.contains(realm) || realms.contains(ANY);
  }

  /** Whether the name is one of the services on one of the hosts. */
  boolean isServiceName(List<String> name) {
    return canonical(name) != null;
  }

  /**
   * An accepted name of service and host in the spelling of these settings; null for other names.
   */
  @Nullable String canonical(List<String> name) {
    if (name.size() != 2) {
      return null;
    }
    String service = spelling(services, name.get(0));
    String host = hosts.isEmpty() ? name.get(1) : spelling(hosts, name.get(1));
    return service == null || host == null ? null : service + "/" + host;
  }

  private static @Nullable String spelling(List<String> accepted, String given) {
    for (String name : accepted) {
      if (name.equalsIgnoreCase(given)) {
        return name;
      }
    }
    return null;
  }

  /**
   * The names that the key for a ticket may have, for a keytab whose keys can be requested but not
   * listed.
   */
  List<String> aliases(List<String> name) {
    Set<String> aliases = new LinkedHashSet<>();
    aliases.add(String.join("/", name));
    if (isServiceName(name)) {
      List<String> candidates = new ArrayList<>(hosts);
      candidates.add(0, name.get(1));
      for (String host : candidates) {
        for (String service : services) {
          aliases.add(service + "/" + host);
          aliases.add(service.toLowerCase(Locale.ROOT) + "/" + host);
          aliases.add(service.toUpperCase(Locale.ROOT) + "/" + host);
        }
      }
    }
    return List.copyOf(aliases);
  }

  /** Describes the names: "smtp/mail.example.com or SMTPSVC/mail.example.com". */
  public String describe() {
    if (!principal.isEmpty()) {
      return principal.equals(ANY) ? "any name" : principal;
    }
    List<String> names = new ArrayList<>();
    for (String host : hosts.isEmpty() ? List.of("any host") : hosts) {
      for (String service : services) {
        names.add(service + "/" + host);
      }
    }
    return String.join(" or ", names);
  }
}
