package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.kerberos.KerberosPrincipal;

/** The Kerberos principals that users' names of other kinds stand for. */
final class UserName {
  /** A Windows logon name. */
  private static final Pattern LOGON_NAME = Pattern.compile("([^\\\\/@]+)\\\\([^\\\\/@]+)");

  private UserName() {}

  /**
   * The principal of a user: {@code alice} and {@code CONTOSO\alice} are in the realm given, else
   * in the default realm; in {@code alice@contoso.com} the realm is written as that one is.
   *
   * @param realm the realm of names without one; empty for the default realm
   * @throws SpnegoException if the realm of a Windows domain is not known
   */
  static String principal(String name, String realm) throws SpnegoException {
    Matcher logonName = LOGON_NAME.matcher(name);
    if (logonName.matches()) {
      return logonName.group(2) + "@" + realmOf(logonName.group(1), name, realm);
    }
    int at = name.lastIndexOf('@');
    if (at < 0) {
      return name.isEmpty() || realm.isEmpty() ? name : name + "@" + realm;
    }
    String suffix = name.substring(at + 1);
    if (suffix.equals(suffix.toUpperCase(Locale.ROOT))) {
      return name; // as realms are written
    }
    String known = realm.isEmpty() ? defaultRealm() : realm;
    return suffix.equalsIgnoreCase(known) ? name.substring(0, at + 1) + known : name;
  }

  /** The realm of a Windows domain, whose NetBIOS name is the first label of its DNS name. */
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

  private static String defaultRealm() {
    try {
      return new KerberosPrincipal("user").getRealm();
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
