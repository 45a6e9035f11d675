package io.github.smtpspnego.smtp;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import java.util.Base64;
import java.util.Map;

/** The replies to AUTH, RFC 4954 sections 4 and 6. None repeats what the client sent. */
final class AuthReplies {
  static final int CONTINUE = 334;
  static final int SUCCEEDED = 235;

  static final Reply SUCCESS = new Reply(SUCCEEDED, "2.7.0", "Authentication successful");
  static final Reply TOO_LONG = new Reply(500, "5.5.6", "Authentication exchange line is too long");
  static final Reply SYNTAX = new Reply(501, "5.5.2", "Syntax: AUTH mechanism [initial-response]");
  static final Reply NOT_BASE64 =
      new Reply(501, "5.5.2", "Cannot decode the response: it is not base64");
  static final Reply CANCELED = new Reply(501, "5.7.0", "Authentication canceled");
  static final Reply AGAIN = new Reply(503, "5.5.1", "Already authenticated");
  static final Reply UNKNOWN_MECHANISM =
      new Reply(504, "5.5.4", "Unrecognized authentication type");

  private static final Map<Reason, Reply> REFUSALS =
      Map.ofEntries(
          Map.entry(Reason.ACCEPTOR_CREDENTIALS, temporary("the server is not set up")),
          Map.entry(Reason.NO_REALM, temporary("the server is not set up")),
          Map.entry(Reason.UNDECIDED, temporary("try again later")),
          Map.entry(Reason.REPLAY_MEMORY, temporary("try again later")),
          Map.entry(Reason.NOT_SPNEGO, refused("send SPNEGO with Kerberos, or Kerberos")),
          Map.entry(Reason.WRONG_TARGET, refused("the ticket is not for this server")),
          Map.entry(Reason.NOT_AUTHORIZED, refused("not authorized")),
          Map.entry(Reason.CLOCK_SKEW, refused("the clocks differ too much")),
          Map.entry(Reason.TICKET_EXPIRED, refused("the ticket has expired")),
          Map.entry(Reason.MESSAGE_MODIFIED, refused("the ticket does not fit this server's key")),
          Map.entry(Reason.ENCRYPTION_TYPE, refused("the ticket does not fit this server's key")));

  private AuthReplies() {}

  static Reply challenge(byte[] octets) {
    return new Reply(CONTINUE, "", Base64.getEncoder().encodeToString(octets));
  }

  /** The reply to a failure. It does not reveal anything about the server's files. */
  static Reply failure(SpnegoException failure) {
    return REFUSALS.getOrDefault(failure.reason(), refused("credentials invalid"));
  }

  private static Reply temporary(String why) {
    return new Reply(454, "4.7.0", "Temporary authentication failure: " + why);
  }

  private static Reply refused(String why) {
    return new Reply(535, "5.7.8", "Authentication failed: " + why);
  }
}
