package io.github.smtpspnego.interop;

import io.github.smtpspnego.sasl.SpnegoSaslClientFactory;
import io.github.smtpspnego.sasl.SpnegoSaslServerFactory;
import java.util.HashMap;
import java.util.Map;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/** A program in which our client and our server talk, the client over the native library. */
public final class NativeDialogue {
  private static final String PREFIX = "mail.smtp.sasl.spnego.";

  private NativeDialogue() {}

  /** Takes the server's settings, {@code name=value}; says who got in, or why nobody did. */
  public static void main(String[] args) {
    Map<String, String> ofServer = new HashMap<>();
    for (String setting : args) {
      int equals = setting.indexOf('=');
      ofServer.put(PREFIX + setting.substring(0, equals), setting.substring(equals + 1));
    }
    SaslServer server =
        new SpnegoSaslServerFactory()
            .createSaslServer("GSSAPI", "smtp", "localhost", ofServer, null);
    SaslClient client =
        new SpnegoSaslClientFactory()
            .createSaslClient(
                new String[] {"GSSAPI"},
                null,
                "smtp",
                "localhost",
                Map.of(PREFIX + "credentials", "native"),
                null);
    try {
      byte[] response = client.evaluateChallenge(new byte[0]);
      byte[] challenge = server.evaluateResponse(response);
      while (!server.isComplete()) {
        challenge = server.evaluateResponse(client.evaluateChallenge(challenge));
      }
      System.out.println("In: " + server.getAuthorizationID());
    } catch (SaslException e) {
      System.out.println(e);
    }
  }
}
