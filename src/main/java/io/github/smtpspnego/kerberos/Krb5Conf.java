package io.github.smtpspnego.kerberos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code krb5.conf} that the JDK reads, for messages: which file it is, its default realm and
 * the KDCs it names. Included files and DNS are not followed; the JDK alone decides what holds.
 */
public final class Krb5Conf {
  private final String location;
  private final Optional<String> defaultRealm;
  private final Map<String, List<String>> kdcs;

  private Krb5Conf(String location, Optional<String> defaultRealm, Map<String, List<String>> kdcs) {
    this.location = location;
    this.defaultRealm = defaultRealm;
    this.kdcs = kdcs;
  }

  /**
   * Reads the file that the JDK would read. Never throws: this is for messages.
   *
   * @return what it says, nothing where it cannot be read
   */
  public static Krb5Conf read() {
    Optional<String> realm = Optional.ofNullable(System.getProperty("java.security.krb5.realm"));
    Optional<String> kdc = Optional.ofNullable(System.getProperty("java.security.krb5.kdc"));
    if (realm.isPresent() && kdc.isPresent()) {
      return new Krb5Conf(
          "-Djava.security.krb5.realm and -Djava.security.krb5.kdc",
          realm,
          Map.of(realm.get(), List.of(kdc.get().split(":", -1))));
    }
    Path file = file();
    try {
      return parse(file.toString(), Files.readAllLines(file, StandardCharsets.ISO_8859_1));
    } catch (IOException | RuntimeException e) {
      return new Krb5Conf(file + " (not readable)", Optional.empty(), Map.of());
    }
  }

  static Krb5Conf parse(String location, List<String> lines) {
    Optional<String> defaultRealm = Optional.empty();
    Map<String, List<String>> kdcs = new LinkedHashMap<>();
    String section = "";
    String realm = "";
    for (String line : lines) {
      String text = line.strip();
      int equals = text.indexOf('=');
      if (text.startsWith("[")) {
        section = text;
      } else if (equals > 0) {
        String key = text.substring(0, equals).strip();
        String value = text.substring(equals + 1).strip();
        if (section.equals("[libdefaults]") && key.equals("default_realm")) {
          defaultRealm = Optional.of(value);
        } else if (section.equals("[realms]") && value.startsWith("{")) {
          realm = key;
        } else if (section.equals("[realms]") && key.equals("kdc")) {
          kdcs.computeIfAbsent(realm, r -> new ArrayList<>()).add(value);
        }
      }
    }
    return new Krb5Conf(location, defaultRealm, kdcs);
  }

  /**
   * Where the configuration comes from.
   *
   * @return the file, or the system properties that stand in for it
   */
  public String location() {
    return location;
  }

  /**
   * The realm of names without one.
   *
   * @return the realm, empty where the file names none
   */
  public Optional<String> defaultRealm() {
    return defaultRealm;
  }

  /**
   * The KDCs that the file names for a realm.
   *
   * @param realm the realm
   * @return hosts, each with its port where it has one, as written
   */
  public List<String> kdcs(String realm) {
    return kdcs.getOrDefault(realm, List.of());
  }

  /**
   * The configuration in words.
   *
   * @return the place, the default realm and the KDCs
   */
  public String describe() {
    return "Kerberos configuration: "
        + location
        + ", default realm "
        + defaultRealm.orElse("none")
        + ", KDCs "
        + (kdcs.isEmpty() ? "none named" : kdcs.toString());
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
