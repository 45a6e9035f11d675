package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Optional;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;

/** The settings that say where credentials come from. Texts are empty where they are not set. */
public final class CredentialSettings {
  final CredentialSource source;
  final String principal;
  final String keytab;
  final String ticketCache;
  final String jaasEntry;

  /** The caller's own credential, {@code javax.security.sasl.credentials}. */
  final Optional<GSSCredential> credential;

  private CredentialSettings(SettingsReader settings) throws SpnegoException {
    source = settings.constant(SpnegoOption.CREDENTIALS, CredentialSource.class);
    principal = settings.text(SpnegoOption.PRINCIPAL).orElse("");
    keytab = settings.text(SpnegoOption.KEYTAB).orElse("");
    ticketCache = settings.text(SpnegoOption.TICKETCACHE).orElse("");
    jaasEntry = settings.text(SpnegoOption.JAASENTRY).orElse("");
    credential = settings.object(Sasl.CREDENTIALS, GSSCredential.class);
  }

  /**
   * Reads the settings.
   *
   * @param settings where they stand
   * @return their values
   * @throws SpnegoException if one has a bad value, or the source lacks what it needs
   */
  public static CredentialSettings read(SettingsReader settings) throws SpnegoException {
    CredentialSettings read = new CredentialSettings(settings);
    if (read.source == CredentialSource.KEYTAB && read.keytab.isEmpty()) {
      throw needs(settings, SpnegoOption.KEYTAB);
    }
    if (read.source == CredentialSource.JAAS && read.jaasEntry.isEmpty()) {
      throw needs(settings, SpnegoOption.JAASENTRY);
    }
    return read;
  }

  /** Whether a source is the one set, or may be it where the choice is left to us. */
  boolean means(CredentialSource candidate, boolean applies) {
    return source == candidate || (source == CredentialSource.AUTO && applies);
  }

  private static SpnegoException needs(SettingsReader settings, SpnegoOption other) {
    return settings.bad(
        SpnegoOption.CREDENTIALS,
        "which needs " + other.propertyName(settings.protocol()) + ", and that is not set");
  }
}
