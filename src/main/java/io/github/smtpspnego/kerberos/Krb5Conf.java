package io.github.smtpspnego.kerberos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The {@code krb5.conf} that the JDK reads: its files, its default realm and its KDCs. The JDK's
 * rules are followed, {@code include} and {@code includedir} among them. DNS is not queried.
 *
 * @param location the system properties and files that were read, and why the JDK refuses them if
 *     it does
 * @param sections the sections of the files by their names, in lower case
 * @param realmOfProperty the default realm that a system property sets; null if none does
 * @param kdcsOfProperty the KDCs that a system property sets for realms without others
 * @param isRefused whether the JDK refuses the configuration as a whole
 */
public record Krb5Conf(
    String location,
    Map<String, Krb5Section> sections,
    @Nullable String realmOfProperty,
    List<String> kdcsOfProperty,
    boolean isRefused) {
  private static Krb5Conf refused(String location, @Nullable String why) {
    return new Krb5Conf(location + " (not usable: " + why + ")", Map.of(), null, List.of(), true);
  }

  /**
   * Reads the configuration that the JDK would read. Never throws.
   *
   * @return the configuration; empty if the JDK refuses it, and {@link #location} then says why
   */
  public static Krb5Conf read() {
    String realm = System.getProperty("java.security.krb5.realm");
    String kdcs = System.getProperty("java.security.krb5.kdc");
    Path file = file();
    if (realm == null && kdcs == null) {
      return read(file, "", null, List.of());
    }
    String properties = "-Djava.security.krb5.realm and -Djava.security.krb5.kdc";
    return realm == null || kdcs == null
        ? refused(properties, "one is set without the other")
        : read(file, properties + ", ", realm, List.of(kdcs.split(":", -1)));
  }

  private static Krb5Conf read(
      Path file, String before, @Nullable String realm, List<String> kdcs) {
    if (!Files.isRegularFile(file) && !Files.isDirectory(file)) {
      // The JDK has emptied a pipe, and reading it again would block.
      String what =
          Files.exists(file)
              ? " (is not a regular file, and is not read again)"
              : " (does not exist)";
      return new Krb5Conf(before + file + what, Map.of(), realm, kdcs, false);
    }
    try {
      Krb5Files files = new Krb5Files();
      Map<String, Krb5Section> sections = Krb5Section.parse(files.read(file));
      return new Krb5Conf(before + files.names(), sections, realm, kdcs, false);
    } catch (IOException | RuntimeException e) {
      return refused(before + file, e.getMessage());
    }
  }

  /** The realm of names that are written without one. */
  public Optional<String> defaultRealm() {
    return realmOfProperty == null
        ? value("libdefaults", "default_realm")
        : Optional.of(realmOfProperty);
  }

  /** The KDCs of a realm as they are written: host names, some with a port. */
  public List<String> kdcs(String realm) {
    if (realm.equalsIgnoreCase(realmOfProperty)) {
      return kdcsOfProperty;
    }
    List<String> named = values("realms", realm, "kdc");
    if (named.isEmpty()) {
      return kdcsOfProperty;
    }
    List<String> kdcs = new ArrayList<>();
    StringTokenizer tokens = new StringTokenizer(String.join(" ", named), " \t,");
    while (tokens.hasMoreTokens()) {
      kdcs.add(tokens.nextToken());
    }
    return kdcs;
  }

  /**
   * A value.
   *
   * @param path its section, its subsection where there is one, and its name
   */
  public Optional<String> value(String... path) {
    return values(path).stream().findFirst();
  }

  private List<String> values(String... path) {
    Krb5Section section = sections.get(path[0]);
    for (int i = 1; i < path.length - 1 && section != null; i++) {
      section = section.sections().get(path[i]);
    }
    return section == null
        ? List.of()
        : section.values().getOrDefault(path[path.length - 1], List.of());
  }

  /** Describes the configuration for messages. */
  public String describe() {
    Map<String, List<String>> named = new TreeMap<>();
    if (realmOfProperty != null) {
      named.put(realmOfProperty, kdcsOfProperty);
    }
    Krb5Section realms = sections.get("realms");
    if (realms != null) {
      realms.sections().keySet().forEach(realm -> named.put(realm, kdcs(realm)));
      named.values().removeIf(List::isEmpty);
    }
    return "Kerberos configuration: "
        + location
        + ", default realm "
        + defaultRealm().orElse("none")
        + ", KDCs "
        + (named.isEmpty() ? "none named" : named.toString());
  }

  /** The file that the JDK reads. */
  static Path file() {
    String set = System.getProperty("java.security.krb5.conf");
    if (set != null) {
      return Path.of(set);
    }
    Path ofJdk = Path.of(System.getProperty("java.home"), "conf", "security", "krb5.conf");
    if (Files.exists(ofJdk)) {
      return ofJdk;
    }
    String os = System.getProperty("os.name");
    if (os.startsWith("Windows")) {
      String windows = System.getenv("SystemRoot");
      return Path.of(windows == null ? "c:\\winnt" : windows, "krb5.ini");
    }
    return Path.of("/etc/krb5.conf");
  }
}
