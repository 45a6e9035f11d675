package io.github.smtpspnego.doctor;

import java.util.ArrayList;
import java.util.List;

/** The steps, in their order. */
final class Steps {
  private Steps() {}

  /** The steps for a mail client. The addresses are the sender's and the recipient's, or empty. */
  static List<NamedStep> ofClient(List<String> send) {
    List<NamedStep> steps =
        new ArrayList<>(
            List.of(
                new NamedStep("settings", "Settings", new SettingsStep()),
                new NamedStep("java", "Java and its providers", new JavaStep()),
                new NamedStep("kerberos", "Kerberos configuration", new KerberosStep()),
                new NamedStep("clock", "Clock", new ClockStep()),
                new NamedStep("credentials", "Credentials", new CredentialsStep()),
                new NamedStep("dns", "Name of the mail server", new DnsStep()),
                new NamedStep("names", "Target names in the KDC", new TargetNamesStep()),
                new NamedStep("smtp", "Mail server", new SmtpStep()),
                new NamedStep("exchange", "Authentication", new ExchangeStep())));
    if (!send.isEmpty()) {
      steps.add(new NamedStep("send", "Test mail", new SendStep(send.get(0), send.get(1))));
    }
    return steps;
  }

  /** The steps for a mail server's keytab. */
  static List<NamedStep> ofServer(ServerKeys keys) {
    return List.of(
        new NamedStep("keytab", "Keytab of the mail server", new KeytabStep(keys)),
        new NamedStep("kerberos", "Kerberos configuration", new KerberosStep()),
        new NamedStep("clock", "Clock", new ClockStep()),
        new NamedStep("keys", "Keys in the KDC", new KeysStep(keys)),
        new NamedStep("tickets", "Tickets for the mail server", new TicketsStep(keys)));
  }
}
