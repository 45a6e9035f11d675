package io.github.smtpspnego.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Kdc;
import java.util.Map;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import org.junit.jupiter.api.Test;

class SpnegoSaslClientIT {
  @Test
  void smoke() throws Exception {
    Kdc kdc = Kdc.shared();
    SpnegoProvider.install();
    SaslClient client =
        Sasl.createSaslClient(
            new String[] {"GSSAPI"},
            null,
            "smtp",
            "localhost",
            Map.of(
                "mail.smtp.sasl.spnego.ticketcache",
                kdc.ticketCache("alice", Kdc.PASSWORD).toString()),
            null);
    assertEquals(0x60, client.evaluateChallenge(new byte[0])[0]);
    for (int i = 0; i < 3; i++) {
      client =
          Sasl.createSaslClient(
              new String[] {"GSSAPI"},
              null,
              "smtp",
              "localhost",
              Map.of(
                  "mail.smtp.sasl.spnego.principal",
                  "alice@EXAMPLE.TEST",
                  "mail.smtp.sasl.spnego.keytab",
                  kdc.keytab("alice").toString()),
              null);
      assertEquals(0x60, client.evaluateChallenge(new byte[0])[0]);
    }
    System.out.println(kdc.proxy().asRequests() + " " + kdc.proxy().tgsRequests());
  }
}
