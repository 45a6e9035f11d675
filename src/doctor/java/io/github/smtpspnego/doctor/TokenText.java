package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.gss.Oids;
import io.github.smtpspnego.gss.Qop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ietf.jgss.Oid;

/**
 * Describes tokens by their type and their unencrypted fields. The exchange itself reads fewer
 * fields, and more strictly.
 */
final class TokenText {
  private static final int AP_REQ = 14;
  private static final int AP_REP = 15;
  private static final int TOK_ID_LENGTH = 2;

  /** The header of a wrap token, RFC 4121 section 4.2.6.2, and the length of an offer. */
  private static final int WRAP_HEADER = 16;

  private static final int WRAP_TOK_ID = 0x0504;
  private static final int SEALED = 0x02;
  private static final int OFFER = 4;

  /** A SPNEGO token contains at most one token, of another mechanism. */
  private static final int MOST_NESTED = 1;

  private static final List<String> NEG_STATES =
      List.of("accept-completed", "accept-incomplete", "reject", "request-mic");

  private TokenText() {}

  /**
   * Describes a token.
   *
   * @param token its octets
   * @return a phrase that begins with the token's name and length
   */
  static String describe(byte[] token) {
    return describe(token, MOST_NESTED);
  }

  private static String describe(byte[] token, int depth) {
    if (depth < 0) {
      return "yet another token, which is not read";
    }
    try {
      String text = read(token, depth);
      return text.isEmpty() ? token.length + " octets that are no known token" : text;
    } catch (IOException | RuntimeException e) {
      return "a damaged token of " + token.length + " octets (" + e.getMessage() + ")";
    }
  }

  /** The ticket in a NegTokenInit; empty if it has none. */
  static Optional<TicketLabel> ticket(byte[] negTokenInit) {
    try {
      Der framed = new Der(negTokenInit).enter(Der.application(0));
      framed.readOid();
      Der fields = framed.enter(Der.context(0)).enter(Der.SEQUENCE);
      skipTo(fields, 2);
      Der kerberos = new Der(octets(fields)).enter(Der.application(0));
      kerberos.readOid();
      byte[] body = kerberos.rest();
      return Optional.of(inApReq(new Der(Arrays.copyOfRange(body, TOK_ID_LENGTH, body.length))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static String read(byte[] token, int depth) throws IOException {
    if (new String(token, StandardCharsets.ISO_8859_1).startsWith("NTLMSSP\0")) {
      return named("NTLM message", token);
    }
    if (token.length >= WRAP_HEADER && ByteBuffer.wrap(token).getShort() == WRAP_TOK_ID) {
      return named("wrapped message", token) + wrapped(token);
    }
    Der der = new Der(token);
    if (der.nextIs(Der.context(1))) {
      return named("NegTokenResp", token)
          + resp(der.enter(Der.context(1)).enter(Der.SEQUENCE), depth);
    }
    if (der.nextIs(Der.application(0))) {
      Der framed = der.enter(Der.application(0));
      Oid mechanism = framed.readOid();
      if (mechanism.equals(Oids.SPNEGO)) {
        Der fields = framed.enter(Der.context(0)).enter(Der.SEQUENCE);
        return named("NegTokenInit", token) + init(fields, depth);
      }
      byte[] body = framed.rest();
      return Oids.isKerberos(mechanism) && body.length > TOK_ID_LENGTH
          ? kerberos(Arrays.copyOfRange(body, TOK_ID_LENGTH, body.length))
          : named("token of " + Oids.name(mechanism), token);
    }
    return kerberos(token);
  }

  /** RFC 4178 section 4.2.1. */
  private static String init(Der fields, int depth) throws IOException {
    Der list = fields.enter(Der.context(0)).enter(Der.SEQUENCE);
    List<String> mechanisms = new ArrayList<>();
    while (!list.atEnd()) {
      mechanisms.add(Oids.name(list.readOid()));
    }
    skipTo(fields, 2);
    byte[] nested = fields.readOctetField(2);
    return ", offers "
        + String.join(", ", mechanisms)
        + (nested == null ? "" : "; in it: " + describe(nested, depth - 1));
  }

  /** RFC 4178 section 4.2.2. */
  private static String resp(Der fields, int depth) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!fields.atEnd()) {
      if (fields.nextIs(Der.context(0))) {
        int state = fields.enter(Der.context(0)).readInt(Der.ENUMERATED);
        text.append(", negState ")
            .append(state >= 0 && state < NEG_STATES.size() ? NEG_STATES.get(state) : "unknown");
      } else if (fields.nextIs(Der.context(1))) {
        text.append(", mechanism ").append(Oids.name(fields.enter(Der.context(1)).readOid()));
      } else if (fields.nextIs(Der.context(2))) {
        text.append("; in it: ").append(describe(octets(fields), depth - 1));
      } else {
        fields.skip(); // mechListMIC
      }
    }
    return text.toString();
  }

  /** Messages of RFC 4120; empty for others. */
  private static String kerberos(byte[] message) throws IOException {
    Der der = new Der(message);
    if (der.nextIs(Der.application(AP_REQ))) {
      return named("Kerberos AP-REQ", message) + " with a ticket for " + inApReq(der);
    }
    if (der.nextIs(Der.application(AP_REP))) {
      return named("Kerberos AP-REP", message) + ", the server's proof";
    }
    if (der.nextIs(Der.application(KdcReply.KRB_ERROR))) {
      Der fields = der.enter(Der.application(KdcReply.KRB_ERROR)).enter(Der.SEQUENCE);
      return named("KRB-ERROR", message) + ": " + KdcReply.error(fields).describeError();
    }
    return der.nextIs(Der.application(KdcReply.AS_REP)) ? named("Kerberos AS-REP", message) : "";
  }

  private static TicketLabel inApReq(Der der) throws IOException {
    Der fields = der.enter(Der.application(AP_REQ)).enter(Der.SEQUENCE);
    skipTo(fields, 3);
    return TicketLabel.read(fields.enter(Der.context(3)));
  }

  /**
   * A security layer offer or choice (RFC 2222 section 7.2) that is not encrypted: {@code 05 04
   * flags ff EC RRC seq}, then the message and EC octets of checksum, rotated right by RRC.
   */
  private static String wrapped(byte[] token) {
    ByteBuffer header = ByteBuffer.wrap(token);
    int checksum = header.getShort(4) & 0xffff;
    int rotation = header.getShort(6) & 0xffff;
    int body = token.length - WRAP_HEADER;
    int length = body - checksum;
    if ((token[2] & SEALED) != 0 || length < OFFER) {
      return "";
    }
    byte[] plain = new byte[length];
    for (int i = 0; i < length; i++) {
      plain[i] = token[WRAP_HEADER + (i + rotation) % body];
    }
    List<String> layers = new ArrayList<>();
    for (Qop layer : Qop.values()) {
      if ((plain[0] & layer.bit()) != 0) {
        layers.add(layer.toString());
      }
    }
    return ": security layer "
        + (layers.isEmpty() ? "none" : String.join(", ", layers))
        + ", largest message "
        + (ByteBuffer.wrap(plain).getInt() & 0xffffff)
        + (length > OFFER ? ", with an authorization identity" : "");
  }

  static void skipTo(Der fields, int number) throws IOException {
    while (!fields.atEnd() && !fields.nextIs(Der.context(number))) {
      fields.skip();
    }
  }

  /** A field {@code [2]}, which is required. */
  private static byte[] octets(Der fields) throws IOException {
    byte[] octets = fields.readOctetField(2);
    if (octets == null) {
      throw new IOException("no octets where some were expected");
    }
    return octets;
  }

  private static String named(String name, byte[] token) {
    return name + ", " + token.length + " octets";
  }
}
