package io.github.smtpspnego.doctor;

import io.github.smtpspnego.gss.Der;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a KDC answers to an AS-REQ over TCP (RFC 4120 section 7.2.2: four octets of length, then the
 * message). The client in it does not exist, so that the answer is a KRB-ERROR, which has the KDC's
 * clock; no account is touched.
 *
 * @param address the KDC, as krb5.conf or DNS names it
 * @param problem why there is no answer; empty where there is one
 * @param answer the answer in words
 * @param ahead how far the KDC's clock is ahead of this machine's; empty where it does not say
 */
record KdcAnswer(String address, String problem, String answer, Optional<Duration> ahead) {
  private static final int PORT = 88;
  private static final int TIMEOUT = 3000;
  private static final int LARGEST = 1 << 16;
  private static final String CLIENT = "smtp-spnego-doctor";

  boolean isThere() {
    return problem.isEmpty();
  }

  /** The KDC, and why there is no answer. */
  @Override
  public String toString() {
    return problem.isEmpty() ? address : address + " (" + problem + ")";
  }

  /** Asks a KDC. */
  static KdcAnswer ask(String address, String realm) {
    Instant asked = Instant.now();
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT);
      socket.connect(socketAddress(address), TIMEOUT);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      byte[] request = request(realm);
      out.writeInt(request.length);
      out.write(request);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int length = in.readInt();
      if (length <= 0 || length > LARGEST) {
        throw new IOException("it is no KDC: a message of " + length + " octets");
      }
      byte[] answer = in.readNBytes(length);
      Optional<Duration> ahead =
          TokenText.serverTime(answer).map(time -> Duration.between(asked, time));
      return new KdcAnswer(address, "", TokenText.describe(answer), ahead);
    } catch (IOException | RuntimeException e) {
      return new KdcAnswer(address, problem(e), "", Optional.empty());
    }
  }

  private static String problem(Exception e) {
    if (e instanceof UnknownHostException) {
      return "no such host";
    }
    return e instanceof EOFException
        ? "it closes the connection"
        : e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** {@code host}, {@code host:port} or {@code [address]:port}. */
  private static InetSocketAddress socketAddress(String address) {
    int colon = address.lastIndexOf(':');
    boolean hasPort = colon > 0 && (address.indexOf(':') == colon || address.startsWith("["));
    String host = hasPort ? address.substring(0, colon) : address;
    int port = hasPort ? Integer.parseInt(address.substring(colon + 1)) : PORT;
    return new InetSocketAddress(host.replaceAll("[\\[\\]]", ""), port);
  }

  /** {@code AS-REQ}, RFC 4120 section 5.4.1, without pre-authentication. */
  static byte[] request(String realm) {
    byte[] options = Der.element(0x03, new byte[5]); // KDCOptions: a BIT STRING, none set
    byte[] till = text(Der.GENERALIZED_TIME, "20370913024805Z"); // as late as there is
    byte[] encryptionTypes =
        Der.element(Der.SEQUENCE, integer(18), integer(17), integer(20), integer(19), integer(23));
    byte[] body =
        Der.element(
            Der.SEQUENCE,
            field(0, options),
            field(1, principal(1, CLIENT)),
            field(2, text(Der.GENERAL_STRING, realm)),
            field(3, principal(2, "krbtgt", realm)),
            field(5, till),
            field(7, integer(1)), // nonce: the answer is believed in nothing
            field(8, encryptionTypes));
    return Der.element(
        Der.application(10),
        Der.element(Der.SEQUENCE, field(1, integer(5)), field(2, integer(10)), field(4, body)));
  }

  private static byte[] principal(int type, String... names) {
    byte[][] components = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      components[i] = text(Der.GENERAL_STRING, names[i]);
    }
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
