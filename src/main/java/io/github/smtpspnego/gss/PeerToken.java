package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * A token from the other side, recognized by its first octets.
 *
 * <p>The framing of an initial context token is that of RFC 2743 section 3.1: {@code 60 len 06 len
 * oid}, then what the mechanism defines; Kerberos puts a two-octet {@code TOK_ID} there (RFC 4121
 * section 4.1).
 */
sealed interface PeerToken permits NegTokenInit, NegTokenResp, ApReqMessage, PeerToken.OtherToken {
  int TOK_ID_AP_REQ = 0x0100;
  int TOK_ID_AP_REP = 0x0200;
  int TOK_ID_KRB_ERROR = 0x0300;
  int KRB_ERROR = Der.application(30);

  /**
   * A token that is only described.
   *
   * @param error the meaning of a Kerberos error, with or without GSS-API framing; null for others
   */
  record OtherToken(Reason reason, String describe, @Nullable Reason error) implements PeerToken {
    /** A Kerberos AP-REP with GSS-API framing. Nothing else makes one: compare by identity. */
    static final PeerToken AP_REP =
        new OtherToken(Reason.NOT_SPNEGO, "a raw Kerberos AP-REP (RFC 4752), not SPNEGO");

    OtherToken(Reason reason, String describe) {
      this(reason, describe, null);
    }
  }

  /** Describes the token by a noun phrase, without any of its secret parts. */
  String describe();

  /** The reason to end the exchange with if another token was due. */
  default Reason reason() {
    return Reason.NOT_SPNEGO;
  }

  /** Recognizes a token. */
  static PeerToken read(byte[] token) {
    try {
      Der der = new Der(token);
      if (der.nextIs(Der.context(1))) {
        return new NegTokenResp(der);
      }
      if (der.nextIs(KRB_ERROR)) {
        return readError(der);
      }
      if (der.nextIs(Der.application(0))) {
        return readFramed(der.enterLast(Der.application(0)));
      }
    } catch (IOException e) {
      return malformed(
          "a damaged GSS-API token of " + token.length + " octets (" + e.getMessage() + ")");
    }
    String text = new String(token, StandardCharsets.ISO_8859_1);
    if (text.startsWith("NTLMSSP\0")) {
      return new OtherToken(Reason.NOT_SPNEGO, "an NTLM message");
    }
    return malformed(
        text.matches("[ -~]+")
            ? "text of " + token.length + " octets, not a GSS-API token"
            : token.length + " octets that are not a GSS-API token");
  }

  private static PeerToken readFramed(Der framed) throws IOException {
    Oid mechanism = framed.readOid();
    if (mechanism.equals(Oids.SPNEGO)) {
      return new NegTokenInit(framed);
    }
    if (!Oids.isKerberos(mechanism)) {
      return new OtherToken(Reason.NOT_SPNEGO, "a token of the mechanism " + Oids.name(mechanism));
    }
    return switch (framed.readShort()) {
      case TOK_ID_AP_REQ -> new ApReqMessage(framed);
      case TOK_ID_AP_REP ->
          framed.nextIs(Der.application(15))
              ? OtherToken.AP_REP
              : malformed("a Kerberos token of the type AP-REP without an AP-REP");
      case TOK_ID_KRB_ERROR -> readError(framed);
      default -> malformed("a Kerberos token of an unknown type");
    };
  }

  private static PeerToken malformed(String description) {
    return new OtherToken(Reason.MALFORMED_TOKEN, description);
  }

  /** Reads the fields of a {@code KRB-ERROR}, RFC 4120 section 5.9.1, that help a user. */
  private static PeerToken readError(Der der) throws IOException {
    String time = "";
    Der fields = der.enter(KRB_ERROR).enter(Der.SEQUENCE);
    while (!fields.nextIs(Der.context(6))) {
      if (fields.atEnd()) {
        throw new IOException("a KRB-ERROR without error-code");
      }
      Der clock = fields.enterIf(Der.context(4));
      if (clock == null) {
        fields.skip();
      } else {
        time = readTime(clock);
      }
    }
    int code = fields.enter(Der.context(6)).readInt(Der.INTEGER);
    return new OtherToken(
        Reason.NOT_SPNEGO,
        "a Kerberos error: "
            + KerberosCode.describe(code)
            + (time.isEmpty() ? "" : ", its clock says " + time),
        KerberosCode.isDetectableByAcceptor(code) ? KerberosCode.reason(code) : Reason.REJECTED);
  }

  /** Reads a {@code KerberosTime}, RFC 4120 section 5.2.3, as text; empty if it is not one. */
  private static String readTime(Der der) throws IOException {
    String time = der.readText(Der.GENERALIZED_TIME);
    return time.matches("\\d{14}Z")
        ? time.replaceFirst("(....)(..)(..)(..)(..)(..)", "$1-$2-$3T$4:$5:$6")
        : "";
  }
}
