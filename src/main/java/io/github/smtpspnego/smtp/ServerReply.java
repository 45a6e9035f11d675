package io.github.smtpspnego.smtp;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.Base64;
import java.util.Locale;

/**
 * A server's reply to AUTH (RFC 5321 section 4.2), and what it means where it is no success: the
 * codes of RFC 4954 section 6 and those that Exchange, Postfix, Dovecot and Cyrus SASL are seen to
 * use.
 */
public final class ServerReply {
  private static final int CHALLENGE = 334;
  private static final int SUCCESS = 235;
  private static final int LONGEST_SHOWN = 300;

  private final int code;

  /** What follows the digits of the last line, without blanks around it. */
  private final String text;

  /** All of it on one line, for messages. */
  private final String lines;

  /**
   * Reads what Angus Mail keeps of a reply.
   *
   * @param code its three digits; -1 where the connection was closed or nothing of that kind came
   * @param response its lines, each with a newline at its end
   */
  public ServerReply(int code, String response) {
    String all = response.strip();
    String last = all.substring(all.lastIndexOf('\n') + 1);
    this.code = code;
    this.text = last.length() > 4 ? last.substring(4).strip() : "";
    this.lines = all.replaceAll("\\s*\\n", " / ");
  }

  /**
   * Go on (RFC 4954 section 4): the text is a challenge in base64.
   *
   * @return true if so
   */
  public boolean isChallenge() {
    return code == CHALLENGE;
  }

  /**
   * The client is let in (RFC 4954 section 6).
   *
   * @return true if so
   */
  public boolean isSuccess() {
    return code == SUCCESS;
  }

  /**
   * Whether the text is a challenge; Exchange prompts with plain text.
   *
   * @return true if so
   */
  public boolean isBase64() {
    try {
      Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * The reply for messages. A challenge may hold a token, and is not shown.
   *
   * @return the reply in words
   */
  public String describe() {
    if (isChallenge()) {
      return "334 with a challenge of "
          + text.length()
          + (isBase64() ? " characters" : " characters that is not base64");
    }
    String shown = lines.replaceAll("\\p{Cntrl}", "?");
    return "\""
        + (shown.length() > LONGEST_SHOWN ? shown.substring(0, LONGEST_SHOWN) + "..." : shown)
        + "\"";
  }

  /**
   * Explains why the exchange ended with this reply.
   *
   * @param tried what was tried, the start of a sentence
   * @param isTls whether the connection is under TLS
   * @param isLongLine whether the AUTH line was longer than every server reads
   * @return the exception to throw
   */
  public SpnegoException explain(String tried, boolean isTls, boolean isLongLine) {
    Reason reason = reason(isTls, isLongLine);
    String remedy = code == 535 ? remedyOf535() : reason.remedy();
    if (isLongLine && (reason == Reason.SERVER_REFUSED || reason == Reason.SERVER_TROUBLE)) {
      remedy +=
          " The AUTH line was longer than the 512 octets that every server reads; some servers cut"
              + " it and then say something else: try"
              + " mail.smtp.sasl.spnego.initialresponse=never.";
    }
    String did = isEnd() ? "closed the connection without an answer" : "answered " + describe();
    return new SpnegoException(reason, tried + ": the server " + did + ".", remedy, null);
  }

  private Reason reason(boolean isTls, boolean isLongLine) {
    if (isEnd() || code / 100 == 4) {
      return Reason.SERVER_TROUBLE;
    }
    if (code / 100 != 5) {
      return Reason.PROTOCOL;
    }
    if (code == 504) {
      return Reason.NOT_OFFERED;
    }
    if ((code == 530 || code == 538) && !isTls) {
      return Reason.TLS_REQUIRED;
    }
    boolean saysTooLong = code == 500 || (code == 501 && (says("too long") || says("5.5.6")));
    return isLongLine && saysTooLong ? Reason.LINE_TOO_LONG : Reason.SERVER_REFUSED;
  }

  private String remedyOf535() {
    if (says("unable to proxy")) {
      return "Exchange says so for an account without a mailbox: give it one, or authenticate as"
          + " one that has.";
    }
    if (says("5.7.3")) {
      return "Exchange took the ticket and refused the account, or refused the ticket: check that"
          + " the account may use this connector, that the target name belongs to the server's"
          + " account (setspn -Q SMTP/host, or SMTPSVC/host), and whether Extended Protection is"
          + " required.";
    }
    return "The server could not read the ticket or does not let this principal in; its log says"
        + " which. Check that its keytab (klist -kt) holds the current key of the target name.";
  }

  /** Angus's word for a connection that was closed instead. */
  private boolean isEnd() {
    return lines.equals("[EOF]");
  }

  private boolean says(String words) {
    return lines.toLowerCase(Locale.ROOT).contains(words);
  }
}
