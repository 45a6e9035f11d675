package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.kerberos.PrincipalText;
import java.math.BigInteger;
import java.util.List;

/**
 * {@code AS-REQ}, RFC 4120 section 5.4.1, without pre-authentication. The KDC's answer describes
 * the client's keys, and the request does not count as a failed login.
 */
final class AsRequest {
  /** A client that does not exist: the answer is an error, which contains the KDC's time. */
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
    byte[] till = Der.text(Der.GENERALIZED_TIME, "20370913024805Z"); // the latest time
    byte[] encryptionTypes =
        Der.element(
            Der.SEQUENCE,
            Der.integer(18),
            Der.integer(17),
            Der.integer(20),
            Der.integer(19),
            Der.integer(23));
    byte[] body =
        Der.element(
            Der.SEQUENCE,
            Der.field(0, options),
            Der.field(1, principal(1, PrincipalText.components(client))),
            Der.field(2, Der.text(Der.GENERAL_STRING, realm)),
            Der.field(3, principal(2, List.of("krbtgt", realm))),
            Der.field(5, till),
            // Nothing in the answer is trusted. But MIT's KDC answers a request that it knows with
            // its old answer, which has the old time.
            Der.field(7, Der.element(Der.INTEGER, nonce())),
            Der.field(8, encryptionTypes));
    return Der.element(
        Der.application(10),
        Der.element(
            Der.SEQUENCE,
            Der.field(1, Der.integer(5)),
            Der.field(2, Der.integer(10)),
            Der.field(4, body)));
  }

  private static byte[] nonce() {
    return BigInteger.valueOf(System.nanoTime() & Integer.MAX_VALUE).toByteArray();
  }

  private static byte[] principal(int type, List<String> names) {
    byte[][] components =
        names.stream().map(name -> Der.text(Der.GENERAL_STRING, name)).toArray(byte[][]::new);
    return Der.element(
        Der.SEQUENCE,
        Der.field(0, Der.integer(type)),
        Der.field(1, Der.element(Der.SEQUENCE, components)));
  }
}
