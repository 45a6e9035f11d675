package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * What a token from the other side is, told by its first octets. At most one of {@link #init},
 * {@link #resp}, {@link #apReq} and {@link #error} is there; with none of them it is nothing that
 * this library goes on with.
 *
 * <p>The framing of an initial context token is that of RFC 2743 section 3.1: {@code 60 len 06 len
 * oid}, then what the mechanism defines; Kerberos puts a two-octet {@code TOK_ID} there (RFC 4121
 * section 4.1).
 */
final class PeerToken {
  private static final int TOK_ID_AP_REQ = 0x0100;
  private static final int TOK_ID_AP_REP = 0x0200;
  private static final int TOK_ID_KRB_ERROR = 0x0300;
  private static final int KRB_ERROR = Der.application(30);

  /** Empty where the reading of the token describes itself. */
  private final String description;

  private Reason reason = Reason.NOT_SPNEGO;
  private @Nullable NegTokenInit init;
  private @Nullable NegTokenResp resp;
  private @Nullable ApReqMessage apReq;
  private @Nullable Reason error;
  private String serverTime = "";

  /**
   * Recognizes a token.
   *
   * @param token the octets, base64 already taken off
   */
  PeerToken(byte[] token) {
    String found;
    try {
      found = read(token);
    } catch (IOException e) {
      reason = Reason.MALFORMED_TOKEN;
      found = "a damaged GSS-API token of " + token.length + " octets (" + e.getMessage() + ")";
    }
    description = found;
  }

  /** The token in words, without any of its secret parts: a noun phrase. */
  String describe() {
    if (init != null) {
      return init.describe();
    }
    return resp == null ? description : resp.describe();
  }

  /** Why the exchange ends where another token was due. */
  Reason reason() {
    return reason;
  }

  /** SPNEGO's first token. */
  @Nullable NegTokenInit init() {
    return init;
  }

  /** SPNEGO's later tokens. */
  @Nullable NegTokenResp resp() {
    return resp;
  }

  /** A raw Kerberos AP-REQ, as RFC 4752 clients send it. */
  @Nullable ApReqMessage apReq() {
    return apReq;
  }

  /** A Kerberos error, in GSS-API framing or without: why the exchange ends. */
  @Nullable Reason error() {
    return error;
  }

  /** The clock of who sent the Kerberos error; empty where it does not say. */
  String serverTime() {
    return serverTime;
  }

  private String read(byte[] token) throws IOException {
    Der der = new Der(token);
    if (der.nextIs(Der.context(1))) {
      resp = new NegTokenResp(der);
      return "";
    }
    if (der.nextIs(KRB_ERROR)) {
      return readError(der);
    }
    if (der.nextIs(Der.application(0))) {
      return readFramed(der.enterLast(Der.application(0)));
    }
    String text = new String(token, StandardCharsets.ISO_8859_1);
    if (text.startsWith("NTLMSSP\0")) {
      return "an NTLM message";
    }
    reason = Reason.MALFORMED_TOKEN;
    return text.matches("[ -~]+")
        ? "text of " + token.length + " octets, not a GSS-API token"
        : token.length + " octets that are no GSS-API token";
  }

  private String readFramed(Der framed) throws IOException {
    Oid mechanism = framed.readOid();
    if (mechanism.equals(Oids.SPNEGO)) {
      init = new NegTokenInit(framed);
      return "";
    }
    if (!Oids.isKerberos(mechanism)) {
      return "a token of the mechanism " + Oids.name(mechanism);
    }
    return switch (framed.readShort()) {
      case TOK_ID_AP_REQ -> {
        apReq = new ApReqMessage(framed);
        yield "a raw Kerberos AP-REQ (RFC 4752), not SPNEGO";
      }
      case TOK_ID_AP_REP -> "a raw Kerberos AP-REP (RFC 4752), not SPNEGO";
      case TOK_ID_KRB_ERROR -> readError(framed);
      default -> {
        reason = Reason.MALFORMED_TOKEN;
        yield "a Kerberos token of an unknown type";
      }
    };
  }

  /** {@code KRB-ERROR}, RFC 4120 section 5.9.1, as far as it helps to tell what is wrong. */
  private String readError(Der der) throws IOException {
    Der fields = der.enter(KRB_ERROR).enter(Der.SEQUENCE);
    while (!fields.nextIs(Der.context(6))) {
      if (fields.atEnd()) {
        throw new IOException("a KRB-ERROR without error-code");
      }
      Der time = fields.enterIf(Der.context(4));
      if (time == null) {
        fields.skip();
      } else {
        serverTime = readTime(time);
      }
    }
    int code = fields.enter(Der.context(6)).readInt(Der.INTEGER);
    error = KerberosCode.isOfAcceptor(code) ? KerberosCode.reason(code) : Reason.REJECTED;
    return "a Kerberos error: " + KerberosCode.describe(code);
  }

  /** {@code KerberosTime}, RFC 4120 section 5.2.3, as ISO 8601 has it; it only helps people. */
  private static String readTime(Der der) throws IOException {
    String time = der.readText(Der.GENERALIZED_TIME);
    return time.matches("\\d{14}Z")
        ? time.replaceFirst("(....)(..)(..)(..)(..)(..)", "$1-$2-$3T$4:$5:$6")
        : "";
  }
}
