package io.github.smtpspnego.gss;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * {@code AP-REQ}, RFC 4120 section 5.5.1.
 *
 * <p>What the ticket says of itself outside its encrypted part is for messages only: anybody on the
 * way could have written it.
 */
final class ApReqMessage {
  /** Stands for the encrypted authenticator, which only the client can make. */
  final long authenticator;

  /** The ticket's server, as the client wrote it; with its realm. */
  private final String server;

  private final int encryptionType;

  /** The version of the key; null where the KDC did not tell. */
  private final @Nullable Integer keyVersion;

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
        ReplayCache.hash(encrypted.enterLast(Der.context(2)).enter(Der.OCTET_STRING).rest());

    body.enter(Der.context(0)); // tkt-vno
    String realm = body.enter(Der.context(1)).readText(Der.GENERAL_STRING);
    Der name = body.enter(Der.context(2)).enterLast(Der.SEQUENCE);
    name.enter(Der.context(0)); // name-type
    Der components = name.enter(Der.context(1)).enter(Der.SEQUENCE);
    StringBuilder principal = new StringBuilder();
    while (!components.atEnd()) {
      principal
          .append(principal.length() == 0 ? "" : "/")
          .append(components.readText(Der.GENERAL_STRING));
    }
    server = principal.append('@').append(realm).toString();
    Der sealed = body.enterLast(Der.context(3)).enterLast(Der.SEQUENCE);
    encryptionType = sealed.enter(Der.context(0)).readInt(Der.INTEGER);
    Der kvno = sealed.enterIf(Der.context(1));
    keyVersion = kvno == null ? null : kvno.readInt(Der.INTEGER);
    sealed.enterLast(Der.context(2)); // the ticket's secret part
  }

  /** The ticket in words, as a keytab's entries are shown. */
  String describe() {
    return "a ticket for "
        + Printable.of(server)
        + (keyVersion == null ? " (" : " (kvno " + keyVersion + ", ")
        + "enctype "
        + encryptionType
        + ")";
  }
}
