package io.github.smtpspnego.kerberos;

import io.github.smtpspnego.SpnegoException.Reason;
import java.util.Arrays;
import java.util.Optional;

/** The error codes of RFC 4120 section 7.5.9 that users meet. */
public enum KerberosCode {
  /** KDC_ERR_C_PRINCIPAL_UNKNOWN. */
  CLIENT_UNKNOWN(6, "client not found in the KDC's database", Reason.CLIENT_UNKNOWN),
  /** KDC_ERR_S_PRINCIPAL_UNKNOWN. */
  SERVER_UNKNOWN(7, "server not found in the KDC's database", Reason.SERVER_UNKNOWN),
  /** KDC_ERR_PRINCIPAL_NOT_UNIQUE. */
  NOT_UNIQUE(8, "several principals of that name in the KDC's database", Reason.SERVER_UNKNOWN),
  /** KDC_ERR_POLICY. */
  POLICY(12, "the KDC's policy forbids it", Reason.GSS_FAILURE),
  /** KDC_ERR_ETYPE_NOSUPP. */
  ENCRYPTION_TYPE(14, "no support for the encryption type", Reason.ENCRYPTION_TYPE),
  /** KDC_ERR_CLIENT_REVOKED. */
  REVOKED(18, "the client's credentials have been revoked", Reason.ACCOUNT_REVOKED),
  /** KDC_ERR_KEY_EXPIRED. */
  KEY_EXPIRED(23, "the password has expired", Reason.PASSWORD_EXPIRED),
  /** KDC_ERR_PREAUTH_FAILED. */
  PREAUTH_FAILED(24, "pre-authentication information was invalid", Reason.WRONG_PASSWORD),
  /** KRB_AP_ERR_BAD_INTEGRITY. */
  BAD_INTEGRITY(31, "integrity check on a decrypted field did not hold", Reason.MESSAGE_MODIFIED),
  /** KRB_AP_ERR_TKT_EXPIRED. */
  TICKET_EXPIRED(32, "the ticket has expired", Reason.TICKET_EXPIRED),
  /** KRB_AP_ERR_TKT_NYV. */
  TICKET_NOT_YET_VALID(33, "the ticket is not yet valid", Reason.CLOCK_SKEW),
  /** KRB_AP_ERR_REPEAT. */
  REPLAY(34, "the request is a replay", Reason.PROTOCOL),
  /** KRB_AP_ERR_NOT_US. */
  NOT_US(35, "the ticket is not for this server", Reason.MESSAGE_MODIFIED),
  /** KRB_AP_ERR_SKEW. */
  SKEW(37, "the clocks differ too much", Reason.CLOCK_SKEW),
  /** KRB_AP_ERR_MODIFIED. */
  MODIFIED(41, "message stream modified", Reason.MESSAGE_MODIFIED),
  /** KRB_AP_ERR_BADKEYVER. */
  BAD_KEY_VERSION(44, "no key of that version", Reason.MESSAGE_MODIFIED),
  /** KRB_AP_ERR_NOKEY. */
  NO_KEY(45, "no key for the service", Reason.MESSAGE_MODIFIED),
  /** KRB_ERR_GENERIC. */
  GENERIC(60, "generic error", Reason.GSS_FAILURE),
  /** KDC_ERR_WRONG_REALM. */
  WRONG_REALM(68, "wrong realm", Reason.CLIENT_UNKNOWN);

  private final int code;
  private final String meaning;
  private final Reason reason;

  KerberosCode(int code, String meaning, Reason reason) {
    this.code = code;
    this.meaning = meaning;
    this.reason = reason;
  }

  /**
   * Why an exchange that ended with this code did not succeed.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * The constant of a code.
   *
   * @param code the number of RFC 4120
   * @return the constant, empty where there is none
   */
  public static Optional<KerberosCode> of(int code) {
    return Arrays.stream(values()).filter(c -> c.code == code).findFirst();
  }

  /**
   * The code in words.
   *
   * @param code the number of RFC 4120
   * @return its meaning and number
   */
  public static String describe(int code) {
    return of(code).map(c -> c.meaning + " (" + code + ")").orElse("error code " + code);
  }
}
