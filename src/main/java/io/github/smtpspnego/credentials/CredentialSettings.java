package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.settings.SettingsReader;
import java.util.Optional;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;

/**
 * The settings that say where credentials come from.
 *
 * @param source the source, or {@code AUTO}
 * @param principal the principal to log in as
 * @param keytab the keytab file
 * @param ticketCache the ticket cache file
 * @param jaasEntry the name of the JAAS entry
 * @param credential the caller's own credential, {@code javax.security.sasl.credentials}
 */
public record CredentialSettings(
    CredentialSource source,
    Optional<String> principal,
    Optional<String> keytab,
    Optional<String> ticketCache,
    Optional<String> jaasEntry,
    Optional<GSSCredential> credential) {

  /**
   * Reads the settings.
   *
   * @param settings where they stand
   * @return their values
   * @throws SpnegoException if one has a bad value, or the source lacks what it needs
   */
  public static CredentialSettings read(SettingsReader settings) throws SpnegoException {
    CredentialSource source = settings.constant(SpnegoOption.CREDENTIALS, CredentialSource.class);
    Optional<String> keytab = settings.text(SpnegoOption.KEYTAB);
    Optional<String> jaasEntry = settings.text(SpnegoOption.JAASENTRY);
    if (source == CredentialSource.KEYTAB && keytab.isEmpty()) {
      throw needs(settings, SpnegoOption.KEYTAB);
    }
    if (source == CredentialSource.JAAS && jaasEntry.isEmpty()) {
      throw needs(settings, SpnegoOption.JAASENTRY);
    }
    return new CredentialSettings(
        source,
        settings.text(SpnegoOption.PRINCIPAL),
        keytab,
        settings.text(SpnegoOption.TICKETCACHE),
        jaasEntry,
        settings.object(Sasl.CREDENTIALS, GSSCredential.class));
  }

  private static SpnegoException needs(SettingsReader settings, SpnegoOption other) {
    return settings.bad(
        SpnegoOption.CREDENTIALS,
        "which needs " + other.propertyName(settings.protocol()) + ", and that is not set");
  }
}
