package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.sasl.ExchangeWatch;
import io.github.smtpspnego.smtp.ServerReply;
import java.io.EOFException;
import java.io.IOException;
import java.util.Base64;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import org.jspecify.annotations.Nullable;

/**
 * The exchange itself, made by the library's own SASL client as Jakarta Mail would have it made,
 * with each token in words.
 */
final class ExchangeStep implements Step {
  /** RFC 4954 section 4: the longest AUTH line, in octets with CRLF. */
  private static final int LINE_LIMIT = 512;

  private static final int MOST_ROUNDS = 10;
  private static final byte[] NOTHING = {};

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
    try (ExchangeWatch watch = ExchangeWatch.open(settings.protocol(), LINE_LIMIT)) {
      SaslClient client =
          Sasl.createSaslClient(
              new String[] {examination.mechanism()},
              null,
              settings.protocol(),
              examination.serverName(),
              settings.asMap(),
              settings.handler());
      if (client == null || !watch.hasClient()) {
        findings.fail(
            Reason.OTHER_PROVIDER,
            "The SASL client for " + examination.mechanism() + " is not the library's.",
            Reason.OTHER_PROVIDER.remedy());
        return;
      }
      new Dialogue(examination.mechanism(), connection, client, watch, findings).run();
    }
  }

  /** One exchange. */
  private record Dialogue(
      String mechanism,
      SmtpConnection connection,
      SaslClient client,
      ExchangeWatch watch,
      Findings findings) {

    void run() throws IOException {
      String line = "AUTH " + mechanism;
      if (client.hasInitialResponse()) {
        byte[] token = client.evaluateChallenge(NOTHING);
        line += " " + (token.length == 0 ? "=" : encode(token));
        findings.ok("Sent in the AUTH line: " + TokenText.describe(token) + ".");
      } else {
        findings.ok("Sent AUTH " + mechanism + "; the token follows, being long for this line.");
      }
      boolean isLongLine = line.length() + 2 > LINE_LIMIT;
      SmtpReply reply = send(line);
      for (int round = 0; reply.code() == SmtpReply.CHALLENGE; round++) {
        if (round == MOST_ROUNDS || watch.isComplete()) {
          throw new SpnegoException(
              Reason.PROTOCOL, watch.describe() + ": the server asks for more and more.", null);
        }
        byte[] response = client.evaluateChallenge(challenge(reply));
        findings.ok(
            "Sent: "
                + (response.length == 0 ? "an empty line" : TokenText.describe(response))
                + ".");
        reply = send(encode(response));
      }
      if (reply.code() != SmtpReply.SUCCESS) {
        throw new ServerReply(reply.code(), reply.raw())
            .explain(watch.describe() + " by AUTH " + mechanism, connection.isTls(), isLongLine);
      }
      findings.ok("Received " + reply + ".");
      watch.serverSucceeded();
      findings.ok(watch.describe() + ": done. No mail was sent.");
    }

    private SmtpReply send(String line) throws IOException {
      try {
        return connection.command(line);
      } catch (EOFException e) {
        throw new SpnegoException(
            Reason.SERVER_TROUBLE,
            watch.describe() + ": the server closed the connection without an answer.",
            e);
      }
    }

    /** A challenge; Exchange's first one is a text, and means an empty one. */
    private byte[] challenge(SmtpReply reply) throws SpnegoException {
      if (watch.isUnstarted() && !reply.isBase64()) {
        findings.ok("Received " + reply + ", a prompt in plain text.");
        return NOTHING;
      }
      if (!reply.isBase64()) {
        throw new SpnegoException(
            Reason.PROTOCOL,
            watch.describe() + ": the server sent a challenge that is not base64.",
            null);
      }
      byte[] challenge = Base64.getDecoder().decode(reply.text());
      findings.ok(
          "Received 334: "
              + (challenge.length == 0 ? "an empty challenge" : TokenText.describe(challenge))
              + ".");
      return challenge;
    }

    private static String encode(byte @Nullable [] token) {
      return token == null ? "" : Base64.getEncoder().encodeToString(token);
    }
  }
}
