package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.kerberos.Printable;
import io.github.smtpspnego.kerberos.TypedName;
import io.github.smtpspnego.settings.SettingsReader;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/** The settings that say where credentials come from. Texts are empty where they are not set. */
public final class CredentialSettings {
  final CredentialSource source;

  /** Whose credentials are wanted. */
  final String principal;

  /** The user to be authenticated as with them; empty for their owner. */
  final String impersonate;

  /** The realm of names without one; empty for the default realm. */
  final String realm;

  /** Null where none is set. */
  final @Nullable Path keytab;

  final String ticketCache;

  /** The file that the ticket cache is; null where none is set, or one of another type. */
  final @Nullable Path cacheFile;

  final String jaasEntry;

  /** The caller's own, {@code javax.security.sasl.credentials}; null where there is none. */
  final @Nullable GSSCredential credential;

  final String protocol;

  private CredentialSettings(SettingsReader settings) throws SpnegoException {
    source = settings.constant(SpnegoOption.CREDENTIALS, CredentialSource.class);
    realm = settings.property("mail." + settings.protocol() + ".sasl.realm").orElse("");
    principal = UserName.principal(settings.text(SpnegoOption.PRINCIPAL).orElse(""), realm);
    if (settings.isBlank(SpnegoOption.IMPERSONATE)) {
      // Mail of nobody would go out as the service's own.
      throw settings.bad(
          SpnegoOption.IMPERSONATE, "it must name a user; without it the service sends as itself");
    }
    impersonate = UserName.principal(settings.text(SpnegoOption.IMPERSONATE).orElse(""), realm);
    keytab = keytab(settings);
    ticketCache = settings.text(SpnegoOption.TICKETCACHE).orElse("");
    // A cache of another type may be the native library's.
    cacheFile =
        ticketCache.isEmpty() || !TypedName.type(ticketCache).isEmpty()
            ? null
            : path(ticketCache, settings, SpnegoOption.TICKETCACHE);
    jaasEntry = settings.text(SpnegoOption.JAASENTRY).orElse("");
    credential = source == CredentialSource.AUTO ? credential(settings) : null;
    protocol = settings.protocol();
  }

  /**
   * Reads the settings.
   *
   * @throws SpnegoException if one has a bad value, or the source lacks what it needs
   */
  public static CredentialSettings read(SettingsReader settings) throws SpnegoException {
    CredentialSettings read = new CredentialSettings(settings);
    if (read.source == CredentialSource.KEYTAB && read.keytab == null) {
      throw needs(settings, SpnegoOption.KEYTAB);
    }
    if (read.source == CredentialSource.JAAS && read.jaasEntry.isEmpty()) {
      throw needs(settings, SpnegoOption.JAASENTRY);
    }
    return read;
  }

  private static @Nullable Path keytab(SettingsReader settings) throws SpnegoException {
    String name = settings.text(SpnegoOption.KEYTAB).orElse("");
    String type = TypedName.type(name);
    if (!type.isEmpty()) {
      throw settings.bad(
          SpnegoOption.KEYTAB, "it must be a file; the JDK cannot read keytabs of type " + type);
    }
    return name.isEmpty() ? null : path(name, settings, SpnegoOption.KEYTAB);
  }

  private static Path path(String name, SettingsReader settings, SpnegoOption option)
      throws SpnegoException {
    try {
      return TypedName.path(name);
    } catch (InvalidPathException e) {
      throw settings.bad(option, "it must be the path of a file (" + e.getReason() + ")");
    }
  }

  private static @Nullable GSSCredential credential(SettingsReader settings)
      throws SpnegoException {
    Object given = settings.object(Sasl.CREDENTIALS);
    if (given == null || given instanceof GSSCredential) {
      return (GSSCredential) given;
    }
    // Its type alone: the object may be a password.
    throw new SpnegoException(
        Reason.BAD_SETTING,
        "The property "
            + Sasl.CREDENTIALS
            + " holds an object of the type "
            + given.getClass().getName()
            + "; it must be an org.ietf.jgss.GSSCredential.",
        null);
  }

  /** Whether a source is the one set, or may be it where the choice is left to us. */
  boolean means(CredentialSource candidate, boolean applies) {
    return source == candidate || (source == CredentialSource.AUTO && applies);
  }

  /** The whole name of a setting's property. */
  String property(SpnegoOption option) {
    return option.propertyName(protocol);
  }

  /**
   * Whether a principal, with its realm, is the one set, or any is wanted. One that is set without
   * a realm is meant to be in the default realm; where there is none, in any.
   */
  boolean isWanted(String name) {
    if (principal.isEmpty() || principal.equals(name)) {
      return true;
    }
    try {
      return new KerberosPrincipal(principal).getName().equals(name);
    } catch (IllegalArgumentException e) {
      return name.lastIndexOf('@') == principal.length() && name.startsWith(principal);
    }
  }

  /** The failure that credentials are somebody else's than the principal that is set. */
  SpnegoException notWanted(String name, String origin) {
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
