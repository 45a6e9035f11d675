package io.github.smtpspnego.gss;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * {@code AP-REQ}, RFC 4120 section 5.5.1.
 *
 * <p>What the ticket says of itself outside its encrypted part is for messages only: anybody on the
 * way could have written it.
 */
final class ApReqMessage {
  /** The encrypted authenticator, which only the client can make. */
  final ByteBuffer authenticator;

  private final String ticket;

  /**
   * Reads what follows the TOK_ID, to its end.
   *
   * @throws IOException if it is no such message
   */
  ApReqMessage(Der der) throws IOException {
    Der fields = der.enterLast(Der.application(14)).enterLast(Der.SEQUENCE);
    fields.enter(Der.context(0)); // pvno
    fields.enter(Der.context(1)); // msg-type
    fields.enter(Der.context(2)); // ap-options
    Der body = fields.enter(Der.context(3)).enter(Der.application(1)).enter(Der.SEQUENCE);
    Der encrypted = fields.enterLast(Der.context(4)).enterLast(Der.SEQUENCE);
    encrypted.enter(Der.context(0)); // etype
    encrypted.enterIf(Der.context(1)); // kvno
    authenticator =
        ByteBuffer.wrap(encrypted.enterLast(Der.context(2)).enter(Der.OCTET_STRING).rest());

    body.enter(Der.context(0)); // tkt-vno
    String realm = body.enter(Der.context(1)).readText(Der.GENERAL_STRING);
    Der name = body.enter(Der.context(2)).enterLast(Der.SEQUENCE);
    name.enter(Der.context(0)); // name-type
    Der components = name.enter(Der.context(1)).enter(Der.SEQUENCE);
    StringBuilder server = new StringBuilder();
    while (!components.atEnd()) {
      server
          .append(server.length() == 0 ? "" : "/")
          .append(components.readText(Der.GENERAL_STRING));
    }
    Der sealed = body.enterLast(Der.context(3)).enterLast(Der.SEQUENCE);
    int encryptionType = sealed.enter(Der.context(0)).readInt(Der.INTEGER);
    Der kvno = sealed.enterIf(Der.context(1));
    sealed.enterLast(Der.context(2)); // the ticket's secret part
    ticket =
        "a ticket for "
            + Printable.of(server + "@" + realm)
            + (kvno == null ? " (" : " (kvno " + kvno.readInt(Der.INTEGER) + ", ")
            + "enctype "
            + encryptionType
            + ")";
  }

  /** The ticket in words, as a keytab's entries are shown. */
  String describe() {
    return ticket;
  }
}
