package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class HostileClientsIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path KEYTAB = KDC.keytab("smtp/localhost");

  private static String auth(String mechanism, byte[] token) {
    return "AUTH " + mechanism + " " + Base64.getEncoder().encodeToString(token);
  }

  private static SmtpAuthServer.Builder builder() {
    return SmtpAuthServer.builder().keytab(KEYTAB).hosts("localhost");
  }

  @Test
  void aRealmWithAnAtDoesNotPassForOurs() {
    SmtpAuthExchange exchange = builder().build().exchange();
    String client = "alice\\@EVIL@EXAMPLE.TEST"; // alice\ of the realm EVIL@EXAMPLE.TEST
    try (LogRecorder log = LogRecorder.start()) {
      SmtpAuthExchange.Reply reply =
          exchange.auth(
              auth("GSS-SPNEGO", new ForgedApReq(KEYTAB, "smtp/localhost", client).spnego()));
      if (reply.isContinuation()) {
        reply = exchange.auth("");
      }
      assertEquals(535, reply.code(), () -> exchange.principal() + log.infos());
    }
  }

  @Test
  void aForwardedTicketIsTheClientsOwn() throws Exception {
    SmtpAuthExchange exchange = builder().build().exchange();
    byte[] token =
        new ForgedApReq(KEYTAB, "smtp/localhost", Kdc.full("alice"))
            .delegating()
            .changing(HostileClientsIT::carolForTheLastAlice)
            .spnego();
    SmtpAuthExchange.Reply reply = exchange.auth(auth("GSS-SPNEGO", token));
    if (reply.isContinuation()) {
      reply = exchange.auth("");
    }
    assertEquals(235, reply.code(), reply::line);
    if (exchange.delegatedCredential().isPresent()) {
      assertEquals(exchange.principal(), exchange.delegatedCredential().get().getName().toString());
    }
  }

  private static byte[] carolForTheLastAlice(byte[] authenticator) {
    String text = new String(authenticator, StandardCharsets.ISO_8859_1);
    int at = text.lastIndexOf("alice");
    return (text.substring(0, at) + "carol" + text.substring(at + 5))
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
