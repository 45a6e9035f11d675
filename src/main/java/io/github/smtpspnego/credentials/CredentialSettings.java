package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.kerberos.PrincipalText;
import io.github.smtpspnego.kerberos.Printable;
import io.github.smtpspnego.kerberos.TypedName;
import io.github.smtpspnego.settings.SettingsReader;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/** The settings for the source of the credentials. A text that is not set is empty. */
public final class CredentialSettings {
  final CredentialSource source;

  /** The principal that must be the owner of the credentials. */
  final String principal;

  /** The user to authenticate as with the credentials; empty for their owner. */
  final String impersonate;

  /** The realm of names that are written without one; empty for the default realm. */
  final String realm;

  /** Null if none is set. */
  final @Nullable Path keytab;

  final String ticketCache;

  final String jaasEntry;

  /** The value of {@code javax.security.sasl.credentials}; null if there is none. */
  final @Nullable GSSCredential credential;

  final String protocol;

  /**
   * Reads the settings.
   *
   * @throws SpnegoException if a setting has a bad value, or a setting that the source needs is
   *     missing
   */
  public CredentialSettings(SettingsReader settings) throws SpnegoException {
    source = settings.constant(SpnegoOption.CREDENTIALS, CredentialSource.class);
    realm = settings.property("mail." + settings.protocol() + ".sasl.realm");
    principal = UserName.principal(settings.text(SpnegoOption.PRINCIPAL), realm);
    if (settings.isBlank(SpnegoOption.IMPERSONATE)) {
      // Otherwise the service would send the mail as itself.
      throw settings.bad(
          SpnegoOption.IMPERSONATE, "it must name a user; without it the service sends as itself");
    }
    impersonate = UserName.principal(settings.text(SpnegoOption.IMPERSONATE), realm);
    keytab = keytab(settings);
    ticketCache = settings.text(SpnegoOption.TICKETCACHE);
    jaasEntry = settings.text(SpnegoOption.JAASENTRY);
    credential = source == CredentialSource.AUTO ? credential(settings) : null;
    protocol = settings.protocol();
    if (source == CredentialSource.KEYTAB && keytab == null) {
      throw needs(settings, SpnegoOption.KEYTAB);
    }
    if (source == CredentialSource.JAAS && jaasEntry.isEmpty()) {
      throw needs(settings, SpnegoOption.JAASENTRY);
    }
  }

  private static @Nullable Path keytab(SettingsReader settings) throws SpnegoException {
    String name = settings.text(SpnegoOption.KEYTAB);
    String type = TypedName.type(name);
    if (!type.isEmpty()) {
      throw settings.bad(
          SpnegoOption.KEYTAB, "it must be a file; the JDK cannot read keytabs of type " + type);
    }
    try {
      return name.isEmpty() ? null : TypedName.path(name).toAbsolutePath(); // for messages
    } catch (InvalidPathException e) {
      throw settings.bad(
          SpnegoOption.KEYTAB, "it must be the path of a file (" + e.getReason() + ")");
    }
  }

  private static @Nullable GSSCredential credential(SettingsReader settings)
      throws SpnegoException {
    Object given = settings.object(Sasl.CREDENTIALS);
    if (given == null || given instanceof GSSCredential) {
      return (GSSCredential) given;
    }
    // The message does not contain the object itself, which may be a password.
    throw new SpnegoException(
        Reason.BAD_SETTING,
        "The property "
            + Sasl.CREDENTIALS
            + " holds an object of the type "
            + given.getClass().getName()
            + "; it must be an org.ietf.jgss.GSSCredential.",
        null);
  }

  /** Whether a source is the one that is set, or with {@code auto}, whether it is present. */
  boolean selects(CredentialSource candidate, boolean applies) {
    return source == candidate || (source == CredentialSource.AUTO && applies);
  }

  /** The name of a setting's property. */
  String property(SpnegoOption option) {
    return option.propertyName(protocol);
  }

  /**
   * Whether a principal is the one that is set, or none is set. A principal that is set without a
   * realm is in the default realm; if there is no default realm, any realm matches.
   */
  boolean matchesPrincipal(String name) {
    if (principal.isEmpty() || principal.equals(name)) {
      return true;
    }
    try {
      return new KerberosPrincipal(principal).getName().equals(name);
    } catch (IllegalArgumentException e) {
      return PrincipalText.withoutRealm(name).equals(principal);
    }
  }

  /** The failure that the credentials found are not those of the principal that is set. */
  SpnegoException wrongPrincipal(String name, String origin) {
    return new SpnegoException(
        Reason.NO_CREDENTIALS,
        "Looking for credentials of "
            + principal
            + ": found those of "
            + Printable.of(name)
            + " "
            + origin
            + ".",
        "Log in as "
            + principal
            + ", or correct "
            + property(SpnegoOption.PRINCIPAL)
            + " or leave it out.",
        null);
  }

  private static SpnegoException needs(SettingsReader settings, SpnegoOption other) {
    return settings.bad(
        SpnegoOption.CREDENTIALS,
        "it needs " + other.propertyName(settings.protocol()) + ", which is not set");
  }
}
