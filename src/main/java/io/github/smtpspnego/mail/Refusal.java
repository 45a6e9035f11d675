package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;

/**
 * What a server means that answers AUTH with neither 334 nor 235: the codes of RFC 4954 section 6
 * and those that Exchange, Postfix, Dovecot and Cyrus SASL are seen to use.
 *
 * @param tried what was tried, the start of a sentence
 * @param mechanism the mechanism of the AUTH command
 * @param lineLength the length of the AUTH line, in octets with CRLF
 * @param isTls whether the connection is under TLS
 */
record Refusal(String tried, String mechanism, int lineLength, boolean isTls) {
  /** RFC 5321 section 4.5.3.1.4: what every server reads. */
  static final int LINE_LIMIT = 512;

  private static final String LONG_LINE =
      " The AUTH line was longer than the 512 octets that every server reads; some servers cut it"
          + " and then say something else: try mail.smtp.sasl.spnego.initialresponse=never.";

  /**
   * Explains a reply.
   *
   * @param reply the server's last one
   * @return the exception to throw
   */
  SpnegoException explain(ServerReply reply) {
    return switch (reply.code()) {
      case -1 -> noReply(reply);
      case 530, 538 ->
          isTls
              ? refused(Reason.SERVER_REFUSED, reply, Reason.SERVER_REFUSED.remedy())
              : refused(Reason.TLS_REQUIRED, reply, Reason.TLS_REQUIRED.remedy());
      case 504 -> refused(Reason.NOT_OFFERED, reply, Reason.NOT_OFFERED.remedy());
      case 500, 501 ->
          isLineTooLong(reply)
              ? refused(Reason.LINE_TOO_LONG, reply, Reason.LINE_TOO_LONG.remedy())
              : refused(Reason.SERVER_REFUSED, reply, Reason.SERVER_REFUSED.remedy());
      case 535 -> refused(Reason.SERVER_REFUSED, reply, remedyOf535(reply) + longLine());
      default -> byClass(reply);
    };
  }

  private SpnegoException byClass(ServerReply reply) {
    return switch (reply.code() / 100) {
      case 4 ->
          refused(
              Reason.SERVER_TROUBLE,
              reply,
              "The trouble is the server's own: its clock, its service principal name or its keytab;"
                  + " its log says which. Try again later."
                  + longLine());
      case 5 -> refused(Reason.SERVER_REFUSED, reply, Reason.SERVER_REFUSED.remedy() + longLine());
      default -> refused(Reason.PROTOCOL, reply, Reason.PROTOCOL.remedy());
    };
  }

  private static String remedyOf535(ServerReply reply) {
    if (reply.says("unable to proxy")) {
      return "Exchange says so for an account without a mailbox: give it one, or authenticate as"
          + " one that has.";
    }
    if (reply.hasStatus("5.7.3")) {
      return "Exchange took the ticket and refused the account, or refused the ticket: check that"
          + " the account may use this connector, that the target name belongs to the server's"
          + " account (setspn -Q SMTP/host, or SMTPSVC/host), and whether Extended Protection is"
          + " required.";
    }
    return "The server could not read the ticket or does not let this principal in; its log says"
        + " which. Check that its keytab (klist -kt) holds the current key of the target name.";
  }

  private boolean isLineTooLong(ServerReply reply) {
    return lineLength > LINE_LIMIT
        && (reply.code() == 500 || reply.says("too long") || reply.hasStatus("5.5.6"));
  }

  private String longLine() {
    return lineLength > LINE_LIMIT ? LONG_LINE : "";
  }

  private SpnegoException noReply(ServerReply reply) {
    return reply.says("[eof]") || reply.lines().isEmpty()
        ? new SpnegoException(
            Reason.SERVER_TROUBLE,
            tried + ": the server closed the connection without an answer.",
            Reason.SERVER_TROUBLE.remedy() + longLine(),
            null)
        : refused(Reason.PROTOCOL, reply, Reason.PROTOCOL.remedy());
  }

  private SpnegoException refused(Reason reason, ServerReply reply, String remedy) {
    String whatHappened =
        tried + " by AUTH " + mechanism + ": the server answered " + reply.describe() + ".";
    return new SpnegoException(reason, whatHappened, remedy, null);
  }
}
