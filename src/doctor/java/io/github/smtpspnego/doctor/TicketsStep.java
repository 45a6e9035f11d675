package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.security.auth.callback.Callback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/**
 * Reports which tickets a mail server would accept. For each name that clients use, a ticket is
 * requested from the KDC and passed to the library's server with the keytab.
 *
 * @param keys the keytab
 */
record TicketsStep(ServerKeys keys) implements Step {
  @Override
  public void look(Examination examination, Findings findings) throws SaslException {
    if (examination.isKdcAway() || keys.principals().isEmpty()) {
      findings.skip(keys.principals().isEmpty() ? "There are no keys." : "No KDC answers.");
      return;
    }
    InitiatorCredentials client;
    try {
      client = client(examination);
    } catch (SpnegoException e) {
      findings.warn(
          e.reason(),
          "Nobody is logged in who could ask for a ticket, and no key of the keytab logs in: "
              + Finding.fail(e).text(),
          "Log in as any user (kinit), or give --ticketcache FILE, or --user NAME and --password.");
      return;
    }
    findings.ok("Tickets are asked for " + client.describe() + ".");
    List<Finding> refused = new ArrayList<>();
    int letIn = 0;
    for (String service : keys.services()) {
      String name = service + "/" + keys.host() + "@" + examination.realm;
      try {
        byte[] token = Tickets.token(TargetName.parse(name), client);
        String key =
            TokenText.ticket(token).map(label -> label.key().toString()).orElse("no Kerberos");
        String ticket = "A ticket for " + name + " (" + key + ") ";
        Optional<SpnegoException> failure = failureOf(token);
        if (failure.isEmpty()) {
          findings.ok(ticket + "is let in.");
          letIn++;
        } else {
          refused.add(notLetIn(ticket, key, service, failure.get()));
        }
      } catch (SpnegoException e) {
        if (e.reason() == Reason.SERVER_UNKNOWN) {
          findings.ok("No client gets a ticket for " + name + ": the KDC does not know it.");
        } else {
          refused.add(Finding.fail(e));
        }
      }
    }
    for (Finding finding : refused) {
      // Clients that use the other name are accepted.
      findings.add(
          letIn == 0
              ? finding
              : new Finding(Status.WARN, finding.text(), finding.remedy(), finding.anchor()));
    }
    if (letIn == 0 && refused.isEmpty()) {
      findings.fail(
          Reason.SERVER_UNKNOWN,
          "The KDC knows neither of the names, so no client gets a ticket.",
          "Register one (kadmin: addprinc -randkey smtp/"
              + keys.host()
              + "; Active Directory: setspn -S SMTP/"
              + keys.host()
              + " account), or give the name that clients connect to with --host.");
    }
  }

  /**
   * The client that was named; otherwise the login that {@link KeysStep} made; otherwise the user.
   */
  private static InitiatorCredentials client(Examination examination) throws SpnegoException {
    MailSettings settings = examination.settings;
    boolean isNamed =
        settings.hasPassword() || !settings.spnego(SpnegoOption.TICKETCACHE).isEmpty();
    InitiatorCredentials ofKeytab = examination.credentials;
    return isNamed || ofKeytab == null ? Tickets.credentials(settings) : ofKeytab;
  }

  /** Passes a token to the library's server; empty if it accepts the client. */
  private Optional<SpnegoException> failureOf(byte[] token) throws SaslException {
    SpnegoProvider.install();
    Map<String, String> settings = new HashMap<>();
    settings.put(SpnegoOption.CREDENTIALS.propertyName("smtp"), "keytab");
    settings.put(SpnegoOption.KEYTAB.propertyName("smtp"), keys.file().toString());
    if (keys.services().size() == 1) {
      settings.put(SpnegoOption.SERVICE.propertyName("smtp"), keys.services().get(0));
    }
    SaslServer server =
        Sasl.createSaslServer("GSS-SPNEGO", "smtp", keys.host(), settings, (Callback[] none) -> {});
    try {
      server.evaluateResponse(token);
      return Optional.empty();
    } catch (SpnegoException e) {
      return Optional.of(e);
    } finally {
      server.dispose();
    }
  }

  private Finding notLetIn(String ticket, String key, String service, SpnegoException failure) {
    List<KeytabFile.Entry> held = keys.keysFor(service);
    if (held.isEmpty()) {
      return Finding.fail(
          Reason.ACCEPTOR_CREDENTIALS,
          ticket + "is not let in: the keytab has no key for that name.",
          "Add its key to the keytab (kadmin: ktadd; Active Directory: ktpass).");
    }
    String keysHeld =
        held.stream()
            .map(entry -> new KeyLabel(entry.encryptionType(), entry.kvno()).toString())
            .collect(Collectors.joining("; "));
    return Finding.fail(
        failure.reason(),
        ticket
            + "is not let in; for that name the keytab has "
            + keysHeld
            + ". "
            + (keysHeld.contains(key) ? Finding.fail(failure).text() : ""),
        "Make a new keytab with the current key (kadmin: ktadd; Active Directory: ktpass). "
            + failure.remedy());
  }
}
