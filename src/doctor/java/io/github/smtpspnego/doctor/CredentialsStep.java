package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import javax.security.auth.kerberos.KerberosTicket;

/** Reports the source of the credentials, their owner and their lifetime. */
final class CredentialsStep implements Step {
  private static final Duration SOON = Duration.ofMinutes(10);

  @Override
  public void look(Examination examination, Findings findings) throws IOException {
    MailSettings settings = examination.settings;
    String keytab = settings.spnego(SpnegoOption.KEYTAB);
    if (!keytab.isEmpty()) {
      try {
        KeytabStep.list(Path.of(keytab), KeytabFile.read(Path.of(keytab)), findings);
      } catch (IOException | RuntimeException e) {
        findings.skip("The keytab " + keytab + " cannot be listed: " + e + ".");
      }
    }
    boolean isLogin =
        !keytab.isEmpty()
            || settings.hasPassword()
            || !settings.spnego(SpnegoOption.JAASENTRY).isEmpty();
    if (isLogin && examination.isKdcAway()) {
      findings.skip("No KDC answers, and a login needs one.");
      return;
    }
    InitiatorCredentials found = Tickets.credentials(settings);
    findings.ok("Authenticating " + found.describe() + ".");
    KerberosTicket ticket = found.grantingTicket();
    if (ticket != null) {
      show(ticket, findings);
    }
    examination.credentials = found;
  }

  private static void show(KerberosTicket ticket, Findings findings) {
    Instant end = ticket.getEndTime().toInstant();
    Duration left = Duration.between(Instant.now(), end);
    String text =
        "The ticket of "
            + ticket.getClient().getName()
            + " is valid until "
            + end
            + " ("
            + left.toHours()
            + " h "
            + left.toMinutesPart()
            + " min), "
            + (ticket.getRenewTill() == null
                ? "not renewable"
                : "renewable until " + ticket.getRenewTill().toInstant())
            + ", session key "
            + EncryptionType.name(ticket.getSessionKeyType())
            + ".";
    if (left.compareTo(SOON) < 0 && ticket.getRenewTill() == null) {
      findings.warn(Reason.TICKET_EXPIRED, text, Reason.TICKET_EXPIRED.remedy());
    } else {
      findings.ok(text);
    }
  }
}
