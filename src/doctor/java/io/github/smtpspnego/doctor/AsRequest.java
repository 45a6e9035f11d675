package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code AS-REQ}, RFC 4120 section 5.4.1, without pre-authentication: it proves nothing, so that a
 * KDC tells what it knows of the client, and no wrong password is counted.
 */
final class AsRequest {
  /** No such client: the answer is an error, which has the KDC's clock. */
  static final String NOBODY = "smtp-spnego-doctor";

  private AsRequest() {}

  /**
   * Encodes a request.
   *
   * @param client the client's name without its realm
   * @param realm the realm
   */
  static byte[] encode(String client, String realm) {
    byte[] options = Der.element(0x03, new byte[5]); // KDCOptions: a BIT STRING, none set
    byte[] till = text(Der.GENERALIZED_TIME, "20370913024805Z"); // as late as there is
    byte[] encryptionTypes =
        Der.element(Der.SEQUENCE, integer(18), integer(17), integer(20), integer(19), integer(23));
    byte[] body =
        Der.element(
            Der.SEQUENCE,
            field(0, options),
            field(1, principal(1, List.of(client.split("/", -1)))),
            field(2, text(Der.GENERAL_STRING, realm)),
            field(3, principal(2, List.of("krbtgt", realm))),
            field(5, till),
            field(7, integer(1)), // nonce: nothing in the answer is trusted
            field(8, encryptionTypes));
    return Der.element(
        Der.application(10),
        Der.element(Der.SEQUENCE, field(1, integer(5)), field(2, integer(10)), field(4, body)));
  }

  private static byte[] principal(int type, List<String> names) {
    byte[][] components =
        names.stream().map(name -> text(Der.GENERAL_STRING, name)).toArray(byte[][]::new);
    return Der.element(
        Der.SEQUENCE, field(0, integer(type)), field(1, Der.element(Der.SEQUENCE, components)));
  }

  private static byte[] field(int number, byte[] contents) {
    return Der.element(Der.context(number), contents);
  }

  private static byte[] integer(int value) {
    return Der.element(Der.INTEGER, new byte[] {(byte) value});
  }

  private static byte[] text(int tag, String value) {
    return Der.element(tag, value.getBytes(StandardCharsets.US_ASCII));
  }
}
