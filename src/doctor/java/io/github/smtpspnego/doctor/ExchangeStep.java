package io.github.smtpspnego.doctor;

import io.github.smtpspnego.smtp.SmtpAuthClient;
import java.io.IOException;
import java.util.List;

/**
 * The exchange itself, made by the library's own SASL client as Jakarta Mail would have it made,
 * with each token in words.
 */
final class ExchangeStep implements Step {
  @Override
  public String id() {
    return "exchange";
  }

  @Override
  public String title() {
    return "Authentication";
  }

  @Override
  public void look(Examination examination, Findings findings) throws IOException {
    SmtpConnection connection = examination.connection().orElse(null);
    if (connection == null) {
      findings.skip("The mail server cannot be asked.");
      return;
    }
    if (!examination.isTargetKnown()) {
      findings.skip("There is no ticket for the mail server.");
      return;
    }
    MailSettings settings = examination.settings();
    try (SmtpAuthClient client =
        new SmtpAuthClient(
            settings.protocol(),
            examination.serverName(),
            settings.asMap(),
            List.of(examination.mechanism()),
            settings.handler())) {
      String line = client.firstLine("AUTH " + examination.mechanism(), connection.isTls());
      while (!client.isComplete()) {
        SmtpReply reply = connection.command(line);
        findings.ok("Sent " + line.length() + " characters, received " + reply + ".");
        line = client.nextLine(reply.raw());
      }
      findings.ok("Authenticated. No mail was sent.");
    }
  }
}
