package io.github.smtpspnego.gss;

import io.github.smtpspnego.kerberos.KerberosCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.ietf.jgss.Oid;

/**
 * What a token from the other side is, told by its first octets.
 *
 * <p>The framing of an initial context token is that of RFC 2743 section 3.1: {@code 60 len 06 len
 * oid}, then what the mechanism defines; Kerberos puts a two-octet {@code TOK_ID} there (RFC 4121
 * section 4.1).
 */
public sealed interface PeerToken {
  /** SPNEGO's first token. */
  record Init(NegTokenInit token) implements PeerToken {}

  /** SPNEGO's later tokens. */
  record Resp(NegTokenResp token) implements PeerToken {}

  /** A raw Kerberos AP-REQ, as RFC 4752 clients send it. */
  record KerberosApReq() implements PeerToken {}

  /** A Kerberos error in GSS-API framing or without. */
  record KerberosError(KrbErrorMessage error) implements PeerToken {}

  /** Recognized, but nothing that this library goes on with. */
  record Foreign(String description) implements PeerToken {}

  /** Not recognized, or damaged. */
  record Malformed(String description) implements PeerToken {}

  /** RFC 4121 section 4.1: AP-REQ, AP-REP, KRB-ERROR. */
  int TOK_ID_AP_REQ = 0x0100;

  /** See {@link #TOK_ID_AP_REQ}. */
  int TOK_ID_AP_REP = 0x0200;

  /** See {@link #TOK_ID_AP_REQ}. */
  int TOK_ID_KRB_ERROR = 0x0300;

  /**
   * Recognizes a token.
   *
   * @param token the octets, base64 already taken off
   * @return what they are
   */
  static PeerToken of(byte[] token) {
    if (startsWith(token, "NTLMSSP\0")) {
      return new Foreign("an NTLM message");
    }
    Der der = new Der(token);
    try {
      if (NegTokenResp.isNext(der)) {
        return new Resp(NegTokenResp.read(token));
      }
      if (KrbErrorMessage.isNext(der)) {
        return new KerberosError(KrbErrorMessage.read(der));
      }
      if (der.nextIs(Der.application(0))) {
        Der framed = der.enter(Der.application(0));
        der.expectEnd();
        return framed(framed);
      }
    } catch (Der.MalformedException e) {
      return new Malformed(
          "a damaged GSS-API token of " + token.length + " octets (" + e.getMessage() + ")");
    }
    return new Malformed(
        isText(token)
            ? "text of " + token.length + " octets, not a GSS-API token"
            : token.length + " octets that are no GSS-API token");
  }

  /**
   * The token in words, without any of its secret parts.
   *
   * @return a noun phrase
   */
  default String describe() {
    if (this instanceof Init init) {
      return "a NegTokenInit offering "
          + String.join(", ", init.token().mechTypes().stream().map(Oids::name).toList());
    }
    if (this instanceof Resp resp) {
      return "a NegTokenResp with negState "
          + resp.token().negState().map(NegState::toString).orElse("absent");
    }
    if (this instanceof KerberosApReq) {
      return "a raw Kerberos AP-REQ (RFC 4752), not SPNEGO";
    }
    if (this instanceof KerberosError error) {
      return "a Kerberos error: " + KerberosCode.describe(error.error().code());
    }
    return this instanceof Foreign foreign
        ? foreign.description()
        : ((Malformed) this).description();
  }

  private static PeerToken framed(Der framed) throws Der.MalformedException {
    Oid mechanism = framed.readOid();
    if (mechanism.equals(Oids.SPNEGO)) {
      return new Init(NegTokenInit.read(framed));
    }
    if (Oids.isKerberos(mechanism)) {
      byte[] body = framed.rest();
      int tokId = body.length < 2 ? -1 : (body[0] & 0xff) << 8 | (body[1] & 0xff);
      return switch (tokId) {
        case TOK_ID_AP_REQ -> new KerberosApReq();
        case TOK_ID_AP_REP -> new Foreign("a raw Kerberos AP-REP (RFC 4752), not SPNEGO");
        case TOK_ID_KRB_ERROR ->
            new KerberosError(
                KrbErrorMessage.read(new Der(Arrays.copyOfRange(body, 2, body.length))));
        default -> new Malformed("a Kerberos token of an unknown type");
      };
    }
    return new Foreign("a token of the mechanism " + Oids.name(mechanism));
  }

  private static boolean startsWith(byte[] token, String prefix) {
    byte[] octets = prefix.getBytes(StandardCharsets.US_ASCII);
    return token.length >= octets.length
        && Arrays.equals(token, 0, octets.length, octets, 0, octets.length);
  }

  private static boolean isText(byte[] token) {
    for (byte b : token) {
      if (b < ' ' || b > '~') {
        return false;
      }
    }
    return token.length > 0;
  }
}
