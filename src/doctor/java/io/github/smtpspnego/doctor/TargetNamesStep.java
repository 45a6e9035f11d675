package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.credentials.TicketAttempt;
import io.github.smtpspnego.gss.ContextFlags;
import io.github.smtpspnego.gss.SpnegoInitiator;
import io.github.smtpspnego.gss.TargetName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.security.sasl.SaslException;

/** Which of the server's possible names the KDC gives a ticket for. */
final class TargetNamesStep implements Step {
  /** Exchange registers both; the first is everybody else's too. */
  private static final List<String> SERVICES = List.of("smtp", "SMTPSVC");

  @Override
  public String id() {
    return "names";
  }

  @Override
  public String title() {
    return "Target names in the KDC";
  }

  @Override
  public void look(Examination examination, Findings findings) throws IOException {
    if (examination.credentials().isEmpty()) {
      findings.skip("Without credentials no ticket can be asked for.");
      return;
    }
    if (examination.isKdcAway()) {
      findings.skip("No KDC answers.");
      return;
    }
    InitiatorCredentials credentials = examination.credentials().get();
    TargetName wanted = examination.settings().target(examination.serverName());
    SpnegoException failure = null;
    try {
      String token = ticketFor(wanted, credentials);
      examination.targetKnown();
      findings.ok("The one to be used, " + wanted + ", exists: " + token + ".");
    } catch (SaslException e) {
      failure = explained(e);
    }
    List<TargetName> others = new ArrayList<>();
    for (TargetName other : others(wanted, examination)) {
      try {
        findings.ok(other + " exists: " + ticketFor(other, credentials) + ".");
        others.add(other);
      } catch (SaslException e) {
        Reason reason = explained(e).reason();
        findings.ok(
            reason == Reason.SERVER_UNKNOWN
                ? other + " does not exist."
                : other + ": no ticket (" + reason.anchor() + ").");
      }
    }
    if (failure != null) {
      findings.add(failed(failure, others, examination.settings()));
    }
  }

  private static List<TargetName> others(TargetName wanted, Examination examination) {
    Set<String> seen = new HashSet<>(Set.of(wanted.toString().toLowerCase(Locale.ROOT)));
    List<TargetName> names = new ArrayList<>();
    for (String host : List.of(examination.serverName(), examination.canonicalName())) {
      for (String service : host.isEmpty() ? List.<String>of() : SERVICES) {
        TargetName name = TargetName.of(service, host);
        if (seen.add(name.toString().toLowerCase(Locale.ROOT))) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /** Asks for a ticket; gives what the token says of it. */
  private static String ticketFor(TargetName target, InitiatorCredentials credentials)
      throws SaslException {
    TicketAttempt attempt = credentials.begin(target);
    byte[] token =
        credentials.run(
            () -> {
              SpnegoInitiator initiator =
                  new SpnegoInitiator(
                      attempt.name(),
                      credentials.credential(),
                      new ContextFlags(true, false, false, true, false),
                      () -> "Asking for a ticket for " + target + " " + credentials.describe());
              try {
                return initiator.firstToken();
              } finally {
                initiator.dispose();
                attempt.proved(); // the ticket was not sent
              }
            });
    return TokenText.ticket(token);
  }

  private static Finding failed(
      SpnegoException failure, List<TargetName> others, MailSettings settings) {
    Finding finding = Finding.fail(failure);
    if (failure.reason() != Reason.SERVER_UNKNOWN || others.isEmpty()) {
      return finding;
    }
    // The name as a principal is what the setting takes beside the host-based form.
    return Finding.fail(
        Reason.SERVER_UNKNOWN,
        finding.text(),
        "Set "
            + SpnegoOption.SPN.propertyName(settings.protocol())
            + "="
            + others.get(0)
            + ", which exists, or have the other one registered (setspn -S).");
  }

  private static SpnegoException explained(SaslException e) {
    return e instanceof SpnegoException explained
        ? explained
        : new SpnegoException(Reason.GSS_FAILURE, e + ".", e);
  }
}
