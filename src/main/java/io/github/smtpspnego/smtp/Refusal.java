package io.github.smtpspnego.smtp;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;

/**
 * A reply that ends an AUTH command without success: the codes of RFC 4954 section 6, and what
 * Exchange, Postfix, Dovecot and Cyrus SASL send.
 */
final class Refusal {
  private Refusal() {}

  /**
   * Explains a refusal.
   *
   * @param isLongLine whether the AUTH line was longer than 512 octets
   * @param tried what was tried, the start of a sentence
   */
  static SpnegoException explain(
      ServerReply reply, boolean isTls, boolean isLongLine, String tried) {
    Reason reason = reason(reply, isTls, isLongLine);
    String remedy = reply.code() == 535 ? remedyOf535(reply) : reason.remedy();
    if (isLongLine && (reason == Reason.SERVER_REFUSED || reason == Reason.SERVER_TROUBLE)) {
      remedy +=
          " The AUTH line was longer than the 512 octets that every server reads. Some servers cut"
              + " such a line and then report another error: try"
              + " mail.smtp.sasl.spnego.initialresponse=never.";
    }
    String did =
        reply.isEnd() ? "closed the connection without an answer" : "answered " + reply.describe();
    return new SpnegoException(reason, tried + ": the server " + did + ".", remedy, null);
  }

  private static Reason reason(ServerReply reply, boolean isTls, boolean isLongLine) {
    int code = reply.code();
    if (reply.isEnd() || code / 100 == 4) {
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
    boolean saysTooLong =
        code == 500 || (code == 501 && (reply.says("too long") || reply.says("5.5.6")));
    return isLongLine && saysTooLong ? Reason.LINE_TOO_LONG : Reason.SERVER_REFUSED;
  }

  private static String remedyOf535(ServerReply reply) {
    if (reply.says("unable to proxy")) {
      return "Exchange sends this reply for an account without a mailbox. Create a mailbox, or"
          + " authenticate with an account that has one.";
    }
    if (reply.says("5.7.3")) {
      return "Exchange accepted the ticket and refused the account, or refused the ticket: check that"
          + " the account may use this connector, that the target name belongs to the server's"
          + " account (setspn -Q SMTP/host, or SMTPSVC/host), and whether Extended Protection is"
          + " required.";
    }
    return "The server could not read the ticket or does not let this principal in; its log says"
        + " which. Check that it can read its keytab, and that the keytab (klist -kt) has the current"
        + " key of the target name.";
  }
}
