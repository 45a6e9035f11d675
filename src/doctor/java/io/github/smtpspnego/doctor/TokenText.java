package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.gss.Oids;
import io.github.smtpspnego.kerberos.KerberosCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ietf.jgss.Oid;

/**
 * Tokens in words, for people: what they are and what they say of themselves in clear, and nothing
 * of what is encrypted. The exchange itself reads less of them, and reads it strictly.
 */
final class TokenText {
  private static final int AP_REQ = 14;
  private static final int AP_REP = 15;
  private static final int AS_REP = 11;
  private static final int KRB_ERROR = 30;
  private static final int TOK_ID_LENGTH = 2;

  /** The header of a wrap token, RFC 4121 section 4.2.6.2, and the length of an offer. */
  private static final int WRAP_HEADER = 16;

  private static final int WRAP_TOK_ID = 0x0504;
  private static final int SEALED = 0x02;
  private static final int OFFER = 4;

  private static final List<String> NEG_STATES =
      List.of("accept-completed", "accept-incomplete", "reject", "request-mic");
  private static final List<String> LAYERS = List.of("auth", "auth-int", "auth-conf");

  private TokenText() {}

  /**
   * Describes a token.
   *
   * @param token its octets
   * @return a phrase that begins with the token's name and length
   */
  static String describe(byte[] token) {
    try {
      String text = read(token);
      return text.isEmpty() ? token.length + " octets that are no known token" : text;
    } catch (IOException e) {
      return "a damaged token of " + token.length + " octets (" + e.getMessage() + ")";
    }
  }

  /** The clock in a KRB-ERROR; empty where the octets are something else. */
  static Optional<Instant> serverTime(byte[] message) {
    Der der = new Der(message);
    try {
      Der fields = der.enter(Der.application(KRB_ERROR)).enter(Der.SEQUENCE);
      skipTo(fields, 4);
      return time(fields.enter(Der.context(4)).readText(Der.GENERALIZED_TIME));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The part of a NegTokenInit that is about its ticket. */
  static String ticket(byte[] negTokenInit) {
    String text = describe(negTokenInit);
    return text.substring(Math.max(0, text.indexOf("ticket for ")));
  }

  private static String read(byte[] token) throws IOException {
    if (new String(token, StandardCharsets.ISO_8859_1).startsWith("NTLMSSP\0")) {
      return named("NTLM message", token);
    }
    if (token.length >= WRAP_HEADER && ByteBuffer.wrap(token).getShort() == WRAP_TOK_ID) {
      return named("wrapped message", token) + wrapped(token);
    }
    Der der = new Der(token);
    if (der.nextIs(Der.context(1))) {
      return named("NegTokenResp", token) + resp(der.enter(Der.context(1)).enter(Der.SEQUENCE));
    }
    if (der.nextIs(Der.application(0))) {
      Der framed = der.enter(Der.application(0));
      Oid mechanism = framed.readOid();
      if (mechanism.equals(Oids.SPNEGO)) {
        Der fields = framed.enter(Der.context(0)).enter(Der.SEQUENCE);
        return named("NegTokenInit", token) + init(fields);
      }
      byte[] body = framed.rest();
      return Oids.isKerberos(mechanism) && body.length > TOK_ID_LENGTH
          ? kerberos(Arrays.copyOfRange(body, TOK_ID_LENGTH, body.length))
          : named("token of " + Oids.name(mechanism), token);
    }
    return kerberos(token);
  }

  /** RFC 4178 section 4.2.1. */
  private static String init(Der fields) throws IOException {
    Der list = fields.enter(Der.context(0)).enter(Der.SEQUENCE);
    List<String> mechanisms = new ArrayList<>();
    while (!list.atEnd()) {
      mechanisms.add(Oids.name(list.readOid()));
    }
    skipTo(fields, 2);
    byte[] nested = fields.readOctetField(2);
    return ", offers "
        + String.join(", ", mechanisms)
        + (nested == null ? "" : "; in it: " + describe(nested));
  }

  /** RFC 4178 section 4.2.2. */
  private static String resp(Der fields) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!fields.atEnd()) {
      if (fields.nextIs(Der.context(0))) {
        int state = fields.enter(Der.context(0)).readInt(Der.ENUMERATED);
        text.append(", negState ")
            .append(state >= 0 && state < NEG_STATES.size() ? NEG_STATES.get(state) : "unknown");
      } else if (fields.nextIs(Der.context(1))) {
        text.append(", mechanism ").append(Oids.name(fields.enter(Der.context(1)).readOid()));
      } else if (fields.nextIs(Der.context(2))) {
        text.append("; in it: ").append(describe(octets(fields)));
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
      Der fields = der.enter(Der.application(AP_REQ)).enter(Der.SEQUENCE);
      skipTo(fields, 3);
      return named("Kerberos AP-REQ", message) + " with a " + ticket(fields.enter(Der.context(3)));
    }
    if (der.nextIs(Der.application(AP_REP))) {
      return named("Kerberos AP-REP", message) + ", the server's proof";
    }
    if (der.nextIs(Der.application(KRB_ERROR))) {
      return named("KRB-ERROR", message)
          + error(der.enter(Der.application(KRB_ERROR)).enter(Der.SEQUENCE));
    }
    return der.nextIs(Der.application(AS_REP)) ? named("Kerberos AS-REP", message) : "";
  }

  /** {@code Ticket}, RFC 4120 section 5.3. */
  private static String ticket(Der der) throws IOException {
    Der fields = der.enter(Der.application(1)).enter(Der.SEQUENCE);
    skipTo(fields, 1);
    String realm = fields.enter(Der.context(1)).readText(Der.GENERAL_STRING);
    Der name = fields.enter(Der.context(2)).enter(Der.SEQUENCE);
    skipTo(name, 1);
    Der strings = name.enter(Der.context(1)).enter(Der.SEQUENCE);
    List<String> components = new ArrayList<>();
    while (!strings.atEnd()) {
      components.add(strings.readText(Der.GENERAL_STRING));
    }
    Der encrypted = fields.enter(Der.context(3)).enter(Der.SEQUENCE);
    int encryptionType = encrypted.enter(Der.context(0)).readInt(Der.INTEGER);
    String kvno =
        encrypted.nextIs(Der.context(1))
            ? ", kvno " + encrypted.enter(Der.context(1)).readInt(Der.INTEGER)
            : "";
    int length = octets(encrypted).length;
    return "ticket for "
        + String.join("/", components)
        + "@"
        + realm
        + ", "
        + EncryptionType.name(encryptionType)
        + kvno
        + ", "
        + length
        + " octets encrypted";
  }

  /** RFC 4120 section 5.9.1. */
  private static String error(Der fields) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!fields.atEnd()) {
      if (fields.nextIs(Der.context(4))) {
        time(fields.enter(Der.context(4)).readText(Der.GENERALIZED_TIME))
            .ifPresent(time -> text.append(", its clock says ").append(time));
      } else if (fields.nextIs(Der.context(6))) {
        int code = fields.enter(Der.context(6)).readInt(Der.INTEGER);
        text.insert(0, ": " + KerberosCode.describe(code));
      } else {
        fields.skip();
      }
    }
    return text.toString();
  }

  /** {@code KerberosTime}, RFC 4120 section 5.2.3. */
  private static Optional<Instant> time(String text) {
    return text.matches("\\d{14}Z")
        ? Optional.of(
            Instant.parse(text.replaceFirst("(....)(..)(..)(..)(..)(..)Z", "$1-$2-$3T$4:$5:$6Z")))
        : Optional.empty();
  }

  /**
   * A security layer offer or choice (RFC 2222 section 7.2), where it was not encrypted: {@code 05
   * 04 flags ff EC RRC seq}, then the message and EC octets of checksum, rotated right by RRC.
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
    for (int bit = 0; bit < LAYERS.size(); bit++) {
      if ((plain[0] >> bit & 1) != 0) {
        layers.add(LAYERS.get(bit));
      }
    }
    return ": security layer "
        + (layers.isEmpty() ? "none" : String.join(", ", layers))
        + ", largest message "
        + (ByteBuffer.wrap(plain).getInt() & 0xffffff)
        + (length > OFFER ? ", with an authorization identity" : "");
  }

  private static void skipTo(Der fields, int number) throws IOException {
    while (!fields.atEnd() && !fields.nextIs(Der.context(number))) {
      fields.skip();
    }
  }

  /** A field {@code [2]} that must be there. */
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
