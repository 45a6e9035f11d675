package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.CredentialSettings;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.credentials.InitiatorFinder;
import io.github.smtpspnego.credentials.TicketAttempt;
import io.github.smtpspnego.gss.ContextFlags;
import io.github.smtpspnego.gss.SpnegoInitiator;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.settings.SettingsReader;
import java.nio.file.Path;
import java.util.Map;

/** Gets credentials and first tokens as the library does. */
final class Tickets {
  private Tickets() {}

  /** Finds the credentials according to the settings. */
  static InitiatorCredentials credentials(MailSettings settings) throws SpnegoException {
    return new InitiatorFinder(new CredentialSettings(settings.reader()), settings.handler())
        .find();
  }

  /** Logs in as a principal with its key in a keytab. */
  static InitiatorCredentials credentials(Path keytab, String principal) throws SpnegoException {
    Map<String, String> settings =
        Map.of(
            SpnegoOption.CREDENTIALS.propertyName("smtp"),
            "keytab",
            SpnegoOption.KEYTAB.propertyName("smtp"),
            keytab.toString(),
            SpnegoOption.PRINCIPAL.propertyName("smtp"),
            principal);
    SettingsReader reader = new SettingsReader("smtp", settings);
    return new InitiatorFinder(new CredentialSettings(reader), null).find();
  }

  /** Makes the first token for a server, for which a ticket is requested from the KDC. */
  static byte[] token(TargetName target, InitiatorCredentials credentials) throws SpnegoException {
    TicketAttempt attempt = credentials.begin(target);
    try {
      SpnegoInitiator initiator =
          new SpnegoInitiator(
              attempt.name(),
              credentials.credential(),
              new ContextFlags(true, false, false, true, false),
              "Asking for a ticket for " + target + " " + credentials.describe());
      try {
        return attempt.firstToken(initiator::firstToken);
      } finally {
        initiator.dispose();
      }
    } finally {
      attempt.proved(); // the ticket was not sent
    }
  }
}
