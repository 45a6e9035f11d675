package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.InitiatorCredentials;
import io.github.smtpspnego.mail.SpnegoSMTPTransport;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.util.Base64;
import java.util.Properties;

/**
 * Authenticates: the mail transport connects with the program's settings, as it does to send mail,
 * and each token is described.
 */
final class ExchangeStep implements Step {
  @Override
  public void look(Examination examination, Findings findings) throws IOException {
    MailSettings settings = examination.settings;
    InitiatorCredentials credentials = examination.credentials;
    if (!examination.isServerReady) {
      findings.skip("The mail server cannot be asked.");
      return;
    }
    if (!examination.isTargetKnown || credentials == null) {
      findings.skip("There is no ticket for the mail server.");
      return;
    }
    String authenticated =
        "Authenticated to "
            + settings.target(examination.serverName)
            + " "
            + credentials.describe()
            + ". No mail was sent.";
    Properties properties = settings.forMail();
    properties.put(SpnegoSMTPTransport.OBSERVER, new Exchange(findings));
    try {
      settings.connect(properties, transport -> findings.ok(authenticated));
    } catch (MessagingException e) {
      findings.add(
          MailFailure.finding(
              e,
              Reason.SERVER_TROUBLE,
              "The connection did not last",
              Reason.SERVER_TROUBLE.remedy()));
    }
  }

  /** Reports the lines from AUTH to the reply that ends it. */
  private static final class Exchange implements SpnegoSMTPTransport.Observer {
    private final Findings findings;
    private boolean isRunning;

    Exchange(Findings findings) {
      this.findings = findings;
    }

    @Override
    public void sent(String line) {
      if (line.startsWith("AUTH ")) {
        isRunning = true;
        String[] words = line.split(" ", 3);
        findings.ok(
            words.length < 3
                ? "Sent " + line + "; the token follows, being long for this line."
                : "Sent in the line AUTH " + words[1] + ": " + token(words[2]) + ".");
      } else if (isRunning) {
        findings.ok("Sent: " + (line.isEmpty() ? "an empty line" : token(line)) + ".");
      }
    }

    @Override
    public void received(String text) {
      if (!isRunning) {
        return;
      }
      SmtpReply reply = SmtpReply.of(text);
      if (reply.code() != SmtpReply.CHALLENGE) {
        isRunning = false;
        findings.ok("Received " + reply + ".");
      } else if (reply.challenge().isEmpty()) {
        findings.ok("Received " + reply + ", a prompt in plain text.");
      } else {
        byte[] challenge = reply.challenge().get();
        findings.ok(
            "Received 334: "
                + (challenge.length == 0 ? "an empty challenge" : TokenText.describe(challenge))
                + ".");
      }
    }

    /** Shows only tokens, since another mechanism may send a password. */
    private static String token(String base64) {
      try {
        return base64.equals("=")
            ? "nothing"
            : TokenText.describe(Base64.getDecoder().decode(base64));
      } catch (IllegalArgumentException e) {
        return base64.length() + " characters that are no token";
      }
    }
  }
}
