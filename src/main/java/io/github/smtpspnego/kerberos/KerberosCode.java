package io.github.smtpspnego.kerberos;

import io.github.smtpspnego.SpnegoException.Reason;

/** The error codes of RFC 4120 section 7.5.9 that users encounter. */
public final class KerberosCode {
  private KerberosCode() {}

  /**
   * The reason that an error code stands for.
   *
   * @return the reason; {@link Reason#GSS_FAILURE} for codes without a reason of their own
   */
  public static Reason reason(int code) {
    return switch (code) {
      case 6, 68 -> Reason.CLIENT_UNKNOWN;
      case 7, 8 -> Reason.SERVER_UNKNOWN;
      case 14 -> Reason.ENCRYPTION_TYPE;
      case 18 -> Reason.ACCOUNT_REVOKED;
      case 23 -> Reason.PASSWORD_EXPIRED;
      case 24 -> Reason.WRONG_PASSWORD;
      case 31, 35, 41, 44, 45 -> Reason.MESSAGE_MODIFIED;
      case 32 -> Reason.TICKET_EXPIRED;
      case 33, 37 -> Reason.CLOCK_SKEW;
      case 34 -> Reason.REPLAY;
      default -> Reason.GSS_FAILURE;
    };
  }

  /**
   * Whether an acceptor can detect this error. Only a KDC can detect the others, such as a wrong
   * password; a mail server that reports one of them is not believed.
   */
  public static boolean isDetectableByAcceptor(int code) {
    return code == 14 || code > 30;
  }

  /** Describes an error code for messages. */
  public static String describe(int code) {
    String meaning =
        switch (code) {
          case 6 -> "client not found in the KDC's database";
          case 7 -> "server not found in the KDC's database";
          case 8 -> "several principals of that name in the KDC's database";
          case 12 -> "the KDC's policy forbids it";
          case 14 -> "no support for the encryption type";
          case 18 -> "the client's credentials have been revoked";
          case 23 -> "the password has expired";
          case 24 -> "pre-authentication information was invalid";
          case 31 -> "integrity check on a decrypted field did not hold";
          case 32 -> "the ticket has expired";
          case 33 -> "the ticket is not yet valid";
          case 34 -> "the request is a replay";
          case 35 -> "the ticket is not for this server";
          case 37 -> "the clocks differ too much";
          case 41 -> "message stream modified";
          case 44 -> "no key of that version";
          case 45 -> "no key for the service";
          case 60 -> "generic error";
          case 68 -> "wrong realm";
          default -> "";
        };
    return meaning.isEmpty() ? "error code " + code : meaning + " (" + code + ")";
  }
}
