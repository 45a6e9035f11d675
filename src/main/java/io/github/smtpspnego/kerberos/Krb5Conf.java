package io.github.smtpspnego.kerberos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code krb5.conf} that the JDK reads, for messages: which files it is made of, its default
 * realm and the KDCs it names. The rules are the JDK's, {@code include} and {@code includedir}
 * among them; DNS is not asked.
 */
public final class Krb5Conf {
  private static final Pattern SEPARATORS = Pattern.compile("[\\s,]+");

  private final String location;
  private final Map<String, Krb5Section> sections;
  private final @Nullable String realmOfProperty;
  private final List<String> kdcsOfProperty;
  private final boolean isRefused;

  private Krb5Conf(
      String location,
      Map<String, Krb5Section> sections,
      @Nullable String realmOfProperty,
      List<String> kdcsOfProperty) {
    this.location = location;
    this.sections = sections;
    this.realmOfProperty = realmOfProperty;
    this.kdcsOfProperty = kdcsOfProperty;
    this.isRefused = false;
  }

  private Krb5Conf(String location, String why) {
    this.location = location + " (not usable: " + why + ")";
    this.sections = Map.of();
    this.realmOfProperty = null;
    this.kdcsOfProperty = List.of();
    this.isRefused = true;
  }

  /**
   * Reads what the JDK would read. Never throws: this is for messages.
   *
   * @return what it says; nothing where the JDK refuses it, and then {@link #location} says why
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
        ? new Krb5Conf(properties, "one is set without the other")
        : read(file, properties + ", ", realm, List.of(kdcs.split(":", -1)));
  }

  private static Krb5Conf read(
      Path file, String before, @Nullable String realm, List<String> kdcs) {
    if (!Files.isRegularFile(file) && !Files.isDirectory(file)) {
      // What the JDK read from a pipe is not there a second time, and waiting for it never ends.
      String what = Files.exists(file) ? " (is no file, and not read twice)" : " (does not exist)";
      return new Krb5Conf(before + file + what, Map.of(), realm, kdcs);
    }
    try {
      Krb5Files files = new Krb5Files();
      Map<String, Krb5Section> sections = Krb5Section.parse(files.read(file));
      return new Krb5Conf(before + files.names(), sections, realm, kdcs);
    } catch (Krb5Files.RefusedException | RuntimeException e) {
      return new Krb5Conf(before + file, String.valueOf(e.getMessage()));
    }
  }

  /** Reads lines; what they include is left out. */
  static Krb5Conf parse(String location, List<String> lines) {
    try {
      return new Krb5Conf(location, Krb5Section.parse(lines), null, List.of());
    } catch (Krb5Files.RefusedException e) {
      return new Krb5Conf(location, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Where the configuration comes from.
   *
   * @return the files, the system properties that stand before them, and why nothing of it is used
   *     where that is so
   */
  public String location() {
    return location;
  }

  /** Whether the JDK refuses the configuration as a whole. */
  public boolean isRefused() {
    return isRefused;
  }

  /** The realm of names without one. */
  public Optional<String> defaultRealm() {
    return realmOfProperty == null
        ? value("libdefaults", "default_realm")
        : Optional.of(realmOfProperty);
  }

  /**
   * The KDCs that are named for a realm.
   *
   * @return hosts, each with its port where it has one, as written
   */
  public List<String> kdcs(String realm) {
    if (realm.equalsIgnoreCase(realmOfProperty)) {
      return kdcsOfProperty;
    }
    List<String> named = values("realms", realm, "kdc");
    return named.isEmpty()
        ? kdcsOfProperty
        : SEPARATORS.splitAsStream(String.join(" ", named)).filter(kdc -> !kdc.isEmpty()).toList();
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

  /** The configuration in words. */
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
