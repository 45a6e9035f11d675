package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.kerberos.PrincipalText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The unencrypted part of a ticket (RFC 4120 section 5.3).
 *
 * @param server the server's principal with its realm
 * @param key the server's key that it is encrypted with
 * @param length the length of the encrypted part in octets
 */
record TicketLabel(String server, KeyLabel key, int length) {
  static TicketLabel read(Der der) throws IOException {
    Der fields = der.enter(Der.application(1)).enter(Der.SEQUENCE);
    TokenText.skipTo(fields, 1);
    String realm = fields.enter(Der.context(1)).readText(Der.GENERAL_STRING);
    Der name = fields.enter(Der.context(2)).enter(Der.SEQUENCE);
    TokenText.skipTo(name, 1);
    Der strings = name.enter(Der.context(1)).enter(Der.SEQUENCE);
    List<String> components = new ArrayList<>();
    while (!strings.atEnd()) {
      components.add(strings.readText(Der.GENERAL_STRING));
    }
    Der encrypted = fields.enter(Der.context(3)).enter(Der.SEQUENCE);
    KeyLabel key = KeyLabel.read(encrypted);
    int length = encrypted.enter(Der.context(2)).enter(Der.OCTET_STRING).rest().length;
    return new TicketLabel(PrincipalText.of(components, realm), key, length);
  }

  @Override
  public String toString() {
    return server + ", " + key + ", " + length + " octets encrypted";
  }
}
