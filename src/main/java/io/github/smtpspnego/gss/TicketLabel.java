package io.github.smtpspnego.gss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a service ticket says of itself outside its encrypted part (RFC 4120 section 5.3), as it
 * stands in an {@code AP-REQ} (section 5.5.1). For messages only: anybody could have written it.
 *
 * @param server the principal that the ticket is for, with its realm
 * @param encryptionType the number of the key's type
 * @param kvno the key's version number, where the KDC gave it
 */
record TicketLabel(String server, int encryptionType, Optional<Integer> kvno) {
  private static final int TOK_ID_LENGTH = 2;

  /** Reads the label in a Kerberos initial context token; empty where it cannot be read. */
  static Optional<TicketLabel> of(byte[] token) {
    try {
      Der framed = new Der(token).enter(Der.application(0));
      framed.readOid();
      byte[] body = framed.rest();
      if (body.length < TOK_ID_LENGTH) {
        return Optional.empty();
      }
      Der request = new Der(Arrays.copyOfRange(body, TOK_ID_LENGTH, body.length));
      Der fields = request.enter(Der.application(14)).enter(Der.SEQUENCE);
      while (!fields.nextIs(Der.context(3))) {
        fields.skip();
      }
      return Optional.of(ticket(fields.enter(Der.context(3))));
    } catch (Der.MalformedException e) {
      return Optional.empty(); // the JDK says what is wrong
    }
  }

  private static TicketLabel ticket(Der der) throws Der.MalformedException {
    Der fields = der.enter(Der.application(1)).enter(Der.SEQUENCE);
    fields.enter(Der.context(0)); // tkt-vno
    String realm = fields.enter(Der.context(1)).readText(Der.GENERAL_STRING);
    Der name = fields.enter(Der.context(2)).enter(Der.SEQUENCE);
    name.enter(Der.context(0)); // name-type
    Der strings = name.enter(Der.context(1)).enter(Der.SEQUENCE);
    List<String> components = new ArrayList<>();
    while (!strings.atEnd()) {
      components.add(strings.readText(Der.GENERAL_STRING));
    }
    Der encrypted = fields.enter(Der.context(3)).enter(Der.SEQUENCE);
    int encryptionType = encrypted.enter(Der.context(0)).readInt(Der.INTEGER);
    Optional<Integer> kvno =
        encrypted.nextIs(Der.context(1))
            ? Optional.of(encrypted.enter(Der.context(1)).readInt(Der.INTEGER))
            : Optional.empty();
    return new TicketLabel(String.join("/", components) + "@" + realm, encryptionType, kvno);
  }

  /** The label in words, as for the entries of a keytab. */
  String describe() {
    return "a ticket for "
        + Printable.of(server)
        + " ("
        + kvno.map(version -> "kvno " + version + ", ").orElse("")
        + "enctype "
        + encryptionType
        + ")";
  }
}
