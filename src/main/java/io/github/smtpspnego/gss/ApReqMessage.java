package io.github.smtpspnego.gss;

import io.github.smtpspnego.kerberos.PrincipalText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code AP-REQ}, RFC 4120 section 5.5.1.
 *
 * <p>All fields are read, and {@link #token} encodes them again, so that the JDK sees nothing that
 * was not understood here.
 */
final class ApReqMessage implements PeerToken {
  private static final int VERSION = 5;
  private static final int AP_REQ = 14;
  private static final int NT_SRV_INST = 2;
  private static final byte[] TOK_ID = {1, 0};

  /** {@code EncryptedData}, RFC 4120 section 5.2.9. */
  private static final class Sealed {
    final int encryptionType;
    final Optional<Integer> keyVersion;
    final byte[] cipher;

    Sealed(Der der) throws IOException {
      Der fields = der.enterLast(Der.SEQUENCE);
      encryptionType = fields.enter(Der.context(0)).readInt(Der.INTEGER);
      Der kvno = fields.enterIf(Der.context(1));
      keyVersion = kvno == null ? Optional.empty() : Optional.of(kvno.readInt(Der.INTEGER));
      cipher = fields.enterLast(Der.context(2)).enterLast(Der.OCTET_STRING).rest();
    }

    byte[] encode() {
      return Der.element(
          Der.SEQUENCE,
          Der.field(0, Der.integer(encryptionType)),
          keyVersion.map(version -> Der.field(1, Der.integer(version))).orElse(new byte[0]),
          Der.octetField(2, cipher));
    }
  }

  /** The unencrypted part of the ticket. */
  final TicketLabel ticket;

  private final byte[] options;
  private final Sealed ticketPart;
  private final Sealed authenticator;

  /**
   * Reads everything that follows the TOK_ID.
   *
   * @throws IOException if it is not an AP-REQ
   */
  ApReqMessage(Der der) throws IOException {
    Der fields = der.enterLast(Der.application(14)).enterLast(Der.SEQUENCE);
    expect(fields.enter(Der.context(0)), VERSION);
    expect(fields.enter(Der.context(1)), AP_REQ);
    options = fields.enter(Der.context(2)).enterLast(Der.BIT_STRING).rest();
    Der body = fields.enter(Der.context(3)).enterLast(Der.application(1)).enterLast(Der.SEQUENCE);
    authenticator = new Sealed(fields.enterLast(Der.context(4)));

    expect(body.enter(Der.context(0)), VERSION);
    String realm = body.enter(Der.context(1)).readText(Der.GENERAL_STRING);
    Der principal = body.enter(Der.context(2)).enterLast(Der.SEQUENCE);
    principal.enter(Der.context(0)); // name-type, a hint only: RFC 4120 section 6.2
    Der components = principal.enterLast(Der.context(1)).enterLast(Der.SEQUENCE);
    List<String> name = new ArrayList<>();
    while (!components.atEnd()) {
      name.add(components.readText(Der.GENERAL_STRING));
    }
    ticketPart = new Sealed(body.enterLast(Der.context(3)));
    ticket = new TicketLabel(name, realm, ticketPart.encryptionType, ticketPart.keyVersion);
  }

  @Override
  public String describe() {
    return "a raw Kerberos AP-REQ (RFC 4752), not SPNEGO";
  }

  /** The encrypted authenticator, which only the client can make, and which it makes once. */
  byte[] authenticator() {
    return authenticator.cipher;
  }

  /** The whole token of RFC 4121 section 4.1. */
  byte[] token() {
    return token(ticket.name(), ticket.realm());
  }

  /**
   * The whole token, with another name in the ticket.
   *
   * @param principal the name with its realm
   */
  byte[] token(String principal) {
    return token(PrincipalText.components(principal), PrincipalText.realm(principal));
  }

  private byte[] token(List<String> name, String realm) {
    byte[][] components = new byte[name.size()][];
    for (int i = 0; i < components.length; i++) {
      components[i] = Der.text(Der.GENERAL_STRING, name.get(i));
    }
    byte[] server =
        Der.element(
            Der.SEQUENCE,
            Der.field(0, Der.integer(NT_SRV_INST)),
            Der.field(1, Der.element(Der.SEQUENCE, components)));
    byte[] body =
        Der.element(
            Der.application(1),
            Der.element(
                Der.SEQUENCE,
                Der.field(0, Der.integer(VERSION)),
                Der.field(1, Der.text(Der.GENERAL_STRING, realm)),
                Der.field(2, server),
                Der.field(3, ticketPart.encode())));
    byte[] message =
        Der.element(
            Der.application(14),
            Der.element(
                Der.SEQUENCE,
                Der.field(0, Der.integer(VERSION)),
                Der.field(1, Der.integer(AP_REQ)),
                Der.field(2, Der.element(Der.BIT_STRING, options)),
                Der.field(3, body),
                Der.field(4, authenticator.encode())));
    return Der.element(Der.application(0), Der.encode(Oids.KERBEROS), TOK_ID, message);
  }

  private static void expect(Der der, int number) throws IOException {
    if (der.readInt(Der.INTEGER) != number) {
      throw new IOException("a number that is not " + number);
    }
  }
}
