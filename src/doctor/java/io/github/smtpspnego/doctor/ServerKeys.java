package io.github.smtpspnego.doctor;

import io.github.smtpspnego.kerberos.KeytabFile;
import java.nio.file.Path;
import java.util.List;

/** A mail server's keytab, and the names that tickets may be for. */
final class ServerKeys {
  /** The service classes that clients use: .NET {@code SMTPSVC}, others {@code smtp}. */
  private static final List<String> SERVICES = List.of("smtp", "SMTPSVC");

  private final Path file;
  private final String host;
  private final List<String> services;

  /** The contents of the keytab; empty before it is read. */
  private volatile List<KeytabFile.Entry> entries = List.of();

  /** The service is empty for the usual ones. */
  ServerKeys(Path file, String host, String service) {
    this.file = file;
    this.host = host;
    this.services = service.isEmpty() ? SERVICES : List.of(service);
  }

  Path file() {
    return file;
  }

  String host() {
    return host;
  }

  /** The service classes that the server accepts. */
  List<String> services() {
    return services;
  }

  void read(List<KeytabFile.Entry> held) {
    entries = List.copyOf(held);
  }

  List<KeytabFile.Entry> entries() {
    return entries;
  }

  List<String> principals() {
    return entries.stream().map(KeytabFile.Entry::principal).distinct().toList();
  }

  /** Whether tickets for the principal are accepted. */
  boolean isAccepted(String principal) {
    return services.stream().anyMatch(service -> isFor(service, principal));
  }

  /** The keys for one of the service classes. */
  List<KeytabFile.Entry> keysFor(String service) {
    return entries.stream().filter(entry -> isFor(service, entry.principal())).toList();
  }

  private boolean isFor(String service, String principal) {
    String name = service + "/" + host + "@";
    return principal.regionMatches(true, 0, name, 0, name.length());
  }

  /** Describes the names that tickets may be for. */
  String acceptedNames() {
    return String.join(" or ", services.stream().map(service -> service + "/" + host).toList());
  }
}
