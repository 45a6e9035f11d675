package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.support.Kdc;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A forged KDC. */
class KdcTextIT {
  /** The e-text of a KRB-ERROR is proved by nobody: who is on the way to the KDC writes it. */
  @Test
  void whatAKdcWritesIsCut() throws Exception {
    byte[] error = krbError("please call +1 555 0100 and tell your password ".repeat(600));
    Kdc kdc = Kdc.shared();
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Kdc.Configured forged = kdc.settings().kdcs(listener.getLocalPort()).use()) {
      assertTrue(Files.exists(forged.file()));
      Thread thread = new Thread(() -> answer(listener, error), "forged-kdc");
      thread.setDaemon(true);
      thread.start();
      Map<String, String> properties =
          Map.of(
              "mail.smtp.sasl.spnego.keytab", kdc.keytab("alice").toString(),
              "mail.smtp.sasl.spnego.principal", Kdc.full("alice"));
      CredentialSettings settings = new CredentialSettings(new SettingsReader("smtp", properties));
      SpnegoException e =
          assertThrows(SpnegoException.class, () -> new InitiatorFinder(settings, null).find());
      int length = String.valueOf(e.getMessage()).length();
      assertTrue(length < 5_000, () -> length + ": " + e.getMessage());
    }
  }

  private static byte[] krbError(String text) {
    byte[] time = "20300101000000Z".getBytes(StandardCharsets.US_ASCII);
    byte[] realm = "EXAMPLE.TEST".getBytes(StandardCharsets.US_ASCII);
    byte[] name =
        Der.element(
            Der.SEQUENCE,
            Der.element(Der.context(0), Der.element(Der.INTEGER, new byte[] {2})),
            Der.element(
                Der.context(1),
                Der.element(
                    Der.SEQUENCE,
                    Der.element(
                        Der.GENERAL_STRING, "krbtgt".getBytes(StandardCharsets.US_ASCII)))));
    return Der.element(
        Der.application(30),
        Der.element(
            Der.SEQUENCE,
            Der.element(Der.context(0), Der.element(Der.INTEGER, new byte[] {5})),
            Der.element(Der.context(1), Der.element(Der.INTEGER, new byte[] {30})),
            Der.element(Der.context(4), Der.element(Der.GENERALIZED_TIME, time)),
            Der.element(Der.context(5), Der.element(Der.INTEGER, new byte[] {0})),
            Der.element(Der.context(6), Der.element(Der.INTEGER, new byte[] {60})),
            Der.element(Der.context(9), Der.element(Der.GENERAL_STRING, realm)),
            Der.element(Der.context(10), name),
            Der.element(
                Der.context(11),
                Der.element(Der.GENERAL_STRING, text.getBytes(StandardCharsets.US_ASCII)))));
  }

  private static void answer(ServerSocket listener, byte[] error) {
    while (true) {
      try (Socket socket = listener.accept()) {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readNBytes(in.readInt());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(error.length);
        out.write(error);
        out.flush();
      } catch (IOException e) {
        return;
      }
    }
  }
}
