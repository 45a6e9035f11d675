package io.github.smtpspnego.mail;

import io.github.smtpspnego.settings.SaslProperties;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The mechanisms that Angus Mail may use on one connection.
 *
 * <p>Angus passes on what is configured and offered; where no SASL client comes of it, it sends
 * user and password by LOGIN, PLAIN, DIGEST-MD5 or NTLM, asked for or not. Here only what was asked
 * for is used, in the order in which it was, and GSSAPI first where nothing was asked for (MS-SSEAN
 * section 3.1.5.1).
 *
 * @param everything whether Angus may do as it does without us
 * @param names else the mechanisms that it may use; GSSAPI and GSS-SPNEGO in capitals
 */
record MechanismChoice(boolean everything, List<String> names) {
  /** Angus Mail's own and no SASL client: it would come after all that are. */
  private static final String LOGIN = "LOGIN";

  /** Copies the list. */
  MechanismChoice {
    names = List.copyOf(names);
  }

  /**
   * Chooses.
   *
   * @param listed the mechanisms configured, in order; empty for any
   * @param isOffered whether the server offers a mechanism
   * @param hasPassword whether there is a password; without one only ours can do anything
   */
  static MechanismChoice of(List<String> listed, Predicate<String> isOffered, boolean hasPassword) {
    if (listed.isEmpty()) {
      List<String> ours = SaslProperties.MECHANISMS.stream().filter(isOffered).limit(1).toList();
      return new MechanismChoice(ours.isEmpty() && hasPassword, ours);
    }
    List<String> usable =
        listed.stream()
            .map(name -> isOurs(name) ? name.toUpperCase(Locale.ROOT) : name)
            .filter(isOffered)
            .filter(name -> hasPassword || isOurs(name))
            .toList();
    return new MechanismChoice(false, inOrder(usable));
  }

  /** Nothing after LOGIN, so that nothing is used in its place; nothing beside one of ours. */
  private static List<String> inOrder(List<String> usable) {
    if (usable.isEmpty() || isOurs(usable.get(0))) {
      return usable.subList(0, Math.min(1, usable.size()));
    }
    int login = usable.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList().indexOf(LOGIN);
    return login < 0 ? usable : usable.subList(0, login + 1);
  }

  /** Whether the mechanism is one of those that mean SPNEGO here. */
  static boolean isOurs(String mechanism) {
    return SaslProperties.MECHANISMS.contains(mechanism.toUpperCase(Locale.ROOT));
  }

  boolean allows(String mechanism) {
    return everything || names.stream().anyMatch(mechanism::equalsIgnoreCase);
  }
}
