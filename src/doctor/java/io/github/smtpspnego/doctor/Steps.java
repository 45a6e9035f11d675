package io.github.smtpspnego.doctor;

import java.util.ArrayList;
import java.util.List;

/** The steps, in their order. */
final class Steps {
  private Steps() {}

  /** Those for who sends mail; the addresses are the sender's and the recipient's, or none. */
  static List<Step> ofClient(List<String> send) {
    List<Step> steps =
        new ArrayList<>(
            List.of(
                new SettingsStep(),
                new JavaStep(),
                new KerberosStep(),
                new ClockStep(),
                new CredentialsStep(),
                new DnsStep(),
                new TargetNamesStep(),
                new SmtpStep(),
                new ExchangeStep()));
    if (!send.isEmpty()) {
      steps.add(new SendStep(send.get(0), send.get(1)));
    }
    return steps;
  }

  /** Those for a mail server's keytab. */
  static List<Step> ofServer(ServerKeys keys) {
    return List.of(
        new KeytabStep(keys),
        new KerberosStep(),
        new ClockStep(),
        new KeysStep(keys),
        new TicketsStep(keys));
  }
}
