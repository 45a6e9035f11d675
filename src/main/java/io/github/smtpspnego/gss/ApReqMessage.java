package io.github.smtpspnego.gss;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code AP-REQ}, RFC 4120 section 5.5.1, in the framing of RFC 4121 section 4.1.
 *
 * <p>What the ticket says of itself outside its encrypted part is for messages only: anybody on the
 * way could have written it.
 *
 * @param server the principal that the ticket is for, with its realm
 * @param encryptionType the number of the type of the ticket's key
 * @param kvno that key's version number, where the KDC gave it
 * @param authenticator the encrypted authenticator, which only the client can make
 */
record ApReqMessage(
    String server, int encryptionType, Optional<Integer> kvno, ByteBuffer authenticator) {
  private static final int TOK_ID_LENGTH = 2;

  /** The encrypted parts of a message: {@code EncryptedData}, RFC 4120 section 5.2.9. */
  private record Encrypted(int type, Optional<Integer> kvno, ByteBuffer cipher) {
    static Encrypted read(Der der) throws Der.MalformedException {
      Der fields = der.enter(Der.SEQUENCE);
      der.expectEnd();
      int type = number(fields.enter(Der.context(0)));
      Optional<Integer> kvno =
          fields.nextIs(Der.context(1))
              ? Optional.of(number(fields.enter(Der.context(1))))
              : Optional.empty();
      byte[] cipher = fields.enter(Der.context(2)).readOctetString();
      fields.expectEnd();
      return new Encrypted(type, kvno, ByteBuffer.wrap(cipher));
    }
  }

  /**
   * Reads a whole token.
   *
   * @throws Der.MalformedException if it is none
   */
  static ApReqMessage read(byte[] token) throws Der.MalformedException {
    Der framed = new Der(token).enter(Der.application(0));
    framed.readOid();
    byte[] body = framed.rest();
    if (body.length < TOK_ID_LENGTH) {
      throw new Der.MalformedException("a Kerberos token without a type");
    }
    Der request = new Der(Arrays.copyOfRange(body, TOK_ID_LENGTH, body.length));
    Der choice = request.enter(Der.application(14));
    request.expectEnd();
    Der fields = choice.enter(Der.SEQUENCE);
    choice.expectEnd();
    fields.enter(Der.context(0)); // pvno
    fields.enter(Der.context(1)); // msg-type
    fields.enter(Der.context(2)); // ap-options
    Der ticket = fields.enter(Der.context(3)).enter(Der.application(1)).enter(Der.SEQUENCE);
    ByteBuffer authenticator = Encrypted.read(fields.enter(Der.context(4))).cipher();
    fields.expectEnd();

    ticket.enter(Der.context(0)); // tkt-vno
    String realm = ticket.enter(Der.context(1)).readText(Der.GENERAL_STRING);
    String name = principal(ticket.enter(Der.context(2)));
    Encrypted secret = Encrypted.read(ticket.enter(Der.context(3)));
    ticket.expectEnd();
    return new ApReqMessage(name + "@" + realm, secret.type(), secret.kvno(), authenticator);
  }

  /** The ticket in words, as a keytab's entries are shown. */
  String describe() {
    return "a ticket for "
        + Printable.of(server)
        + " ("
        + kvno.map(version -> "kvno " + version + ", ").orElse("")
        + "enctype "
        + encryptionType
        + ")";
  }

  private static String principal(Der der) throws Der.MalformedException {
    Der fields = der.enter(Der.SEQUENCE);
    fields.enter(Der.context(0)); // name-type
    Der strings = fields.enter(Der.context(1)).enter(Der.SEQUENCE);
    List<String> components = new ArrayList<>();
    while (!strings.atEnd()) {
      components.add(strings.readText(Der.GENERAL_STRING));
    }
    return String.join("/", components);
  }

  private static int number(Der der) throws Der.MalformedException {
    return der.readInt(Der.INTEGER);
  }
}
