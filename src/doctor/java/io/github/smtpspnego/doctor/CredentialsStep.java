package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.CredentialSettings;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.credentials.InitiatorFinder;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import javax.security.auth.kerberos.KerberosTicket;

/** Where the credentials come from, whose they are, and how long they are good for. */
final class CredentialsStep implements Step {
  private static final Duration SOON = Duration.ofMinutes(10);

  @Override
  public String id() {
    return "credentials";
  }

  @Override
  public String title() {
    return "Credentials";
  }

  @Override
  public void look(Examination examination, Findings findings) throws IOException {
    MailSettings settings = examination.settings();
    String keytab = settings.spnego(SpnegoOption.KEYTAB);
    if (!keytab.isEmpty()) {
      list(keytab, findings);
    }
    boolean isLogin =
        !keytab.isEmpty()
            || settings.hasPassword()
            || !settings.spnego(SpnegoOption.JAASENTRY).isEmpty();
    if (isLogin && examination.isKdcAway()) {
      findings.skip("No KDC answers, and a login needs one.");
      return;
    }
    InitiatorCredentials found =
        new InitiatorFinder(CredentialSettings.read(settings.reader()), settings.handler()).find();
    findings.ok("Authenticating " + found.describe() + ".");
    KerberosTicket ticket = found.ticket();
    if (ticket != null) {
      show(ticket, findings);
    }
    examination.credentialsFound(found);
  }

  /** What a keytab holds. What is wrong with the file itself, the login says. */
  private static void list(String keytab, Findings findings) {
    try {
      for (KeytabFile.Entry entry : KeytabFile.read(Path.of(keytab))) {
        String text =
            "The keytab "
                + keytab
                + " holds "
                + entry.principal()
                + ", kvno "
                + entry.kvno()
                + ", "
                + EncryptionType.name(entry.encryptionType())
                + ".";
        if (EncryptionType.isUsable(entry.encryptionType())) {
          findings.ok(text);
        } else {
          findings.warn(
              Reason.ENCRYPTION_TYPE, text, "The JDK does not use this key; one for AES will do.");
        }
      }
    } catch (IOException | RuntimeException e) {
      findings.skip("The keytab " + keytab + " cannot be listed: " + e + ".");
    }
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
