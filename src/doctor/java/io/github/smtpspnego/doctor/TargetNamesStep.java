package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.gss.TargetName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reports which of the server's possible names the KDC issues a ticket for. */
final class TargetNamesStep implements Step {
  /** Exchange registers both; other servers use the first. */
  private static final List<String> SERVICES = List.of("smtp", "SMTPSVC");

  @Override
  public void look(Examination examination, Findings findings) throws IOException {
    InitiatorCredentials credentials = examination.credentials;
    if (credentials == null) {
      findings.skip("Without credentials no ticket can be asked for.");
      return;
    }
    if (examination.isKdcAway()) {
      findings.skip("No KDC answers.");
      return;
    }
    TargetName wanted = examination.settings.target(examination.serverName);
    SpnegoException failure = null;
    try {
      String ticket = ticketFor(wanted, credentials);
      examination.isTargetKnown = true;
      findings.ok("The one to be used, " + wanted + ", exists: " + ticket + ".");
    } catch (SpnegoException e) {
      failure = e;
    }
    List<TargetName> others = new ArrayList<>();
    for (TargetName other : others(wanted, examination)) {
      try {
        findings.ok(other + " exists: " + ticketFor(other, credentials) + ".");
        others.add(other);
      } catch (SpnegoException e) {
        findings.ok(
            e.reason() == Reason.SERVER_UNKNOWN
                ? other + " does not exist."
                : other + ": no ticket (" + e.reason().anchor() + ").");
      }
    }
    if (failure != null) {
      findings.add(failed(failure, others, examination.settings));
    }
  }

  private static List<TargetName> others(TargetName wanted, Examination examination) {
    Set<String> seen = new HashSet<>(Set.of(wanted.toString().toLowerCase(Locale.ROOT)));
    List<TargetName> names = new ArrayList<>();
    for (String host : List.of(examination.serverName, examination.canonicalName)) {
      for (String service : host.isEmpty() ? List.<String>of() : SERVICES) {
        TargetName name = TargetName.of(service, host);
        if (seen.add(name.toString().toLowerCase(Locale.ROOT))) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private static String ticketFor(TargetName target, InitiatorCredentials credentials)
      throws SpnegoException {
    return TokenText.ticket(Tickets.token(target, credentials))
        .map(label -> "ticket for " + label)
        .orElse("a token without a ticket of Kerberos");
  }

  private static Finding failed(
      SpnegoException failure, List<TargetName> others, MailSettings settings) {
    Finding finding = Finding.fail(failure);
    if (failure.reason() != Reason.SERVER_UNKNOWN || others.isEmpty()) {
      return finding;
    }
    // The setting accepts the name as a principal, too.
    return Finding.fail(
        Reason.SERVER_UNKNOWN,
        finding.text(),
        "Set "
            + SpnegoOption.SPN.propertyName(settings.protocol())
            + "="
            + others.get(0)
            + ", which exists, or have the other one registered (setspn -S).");
  }
}
