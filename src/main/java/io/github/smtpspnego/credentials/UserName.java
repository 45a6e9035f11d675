package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.PrincipalText;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.kerberos.KerberosPrincipal;

/** Converts users' names of other kinds to Kerberos principals. */
final class UserName {
  /** A Windows logon name. */
  private static final Pattern LOGON_NAME = Pattern.compile("([^\\\\/@]+)\\\\([^\\\\/@]+)");

  private UserName() {}

  /**
   * The principal of a user. {@code alice} and {@code CONTOSO\alice} are in the given realm,
   * otherwise in the default realm. In {@code alice@contoso.com}, a realm that equals that realm
   * except for case gets its spelling.
   *
   * @param realm the realm of names that are written without one; empty for the default realm
   * @throws SpnegoException if the realm of a Windows domain is not known
   */
  static String principal(String name, String realm) throws SpnegoException {
    Matcher logonName = LOGON_NAME.matcher(name);
    if (logonName.matches()) {
      return logonName.group(2) + "@" + realmOf(logonName.group(1), name, realm);
    }
    if (!name.contains("@")) {
      return name.isEmpty() || realm.isEmpty() ? name : name + "@" + realm;
    }
    String suffix = PrincipalText.realm(name);
    if (suffix.equals(suffix.toUpperCase(Locale.ROOT))) {
      return name; // a realm is usually in upper case
    }
    String known = realm.isEmpty() ? defaultRealm() : realm;
    return suffix.equalsIgnoreCase(known) ? PrincipalText.withoutRealm(name) + "@" + known : name;
  }

  /** The realm of a Windows domain. Its NetBIOS name is usually the first label of the realm. */
  private static String realmOf(String domain, String name, String realm) throws SpnegoException {
    String known = realm.isEmpty() ? defaultRealm() : realm;
    if (known.equalsIgnoreCase(domain) || known.split("\\.", 2)[0].equalsIgnoreCase(domain)) {
      return known;
    }
    if (domain.contains(".")) {
      return domain.toUpperCase(Locale.ROOT);
    }
    throw new SpnegoException(
        Reason.NO_REALM,
        "The user "
            + name
            + " is a Windows logon name, and the Kerberos realm of the domain "
            + domain
            + " is not known"
            + (known.isEmpty() ? "" : "; the realm of users is " + known)
            + ".",
        "Give the user as name@REALM.",
        null);
  }

  /** The realm of names that are written without one; empty if there is none. */
  static String defaultRealm() {
    try {
      return new KerberosPrincipal("user").getRealm();
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
