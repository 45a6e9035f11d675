package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.support.Kdc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides of the AUTH command, line by line, with real tickets and without a connection. */
class SmtpAuthClientIT {
  private static Kdc kdc;
  private static SmtpAuthServer server;
  private static Map<String, String> settings;

  @BeforeAll
  static void start() {
    kdc = Kdc.shared();
    server = SmtpAuthServer.builder().keytab(kdc.keytab("smtp/localhost")).build();
    settings =
        Map.of("mail.smtp.sasl.spnego.ticketcache", kdc.ticketCache("alice", Kdc.PASSWORD) + "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GSSAPI", "GSS-SPNEGO"})
  void theServerAndTheClientMeet(String mechanism) throws Exception {
    try (SmtpAuthClient client = new SmtpAuthClient("localhost", settings);
        SmtpAuthExchange exchange = server.exchange()) {
      Side side = new Side(client, exchange, mechanism);
      while (!client.isComplete()) {
        side.step();
      }
      assertEquals("alice@EXAMPLE.TEST", exchange.authorizationId());
    }
  }

  /** An event loop runs many exchanges on one thread, a line of each in turn. */
  @Test
  void exchangesThatAreInterleavedOnOneThreadAllSucceedWithOneTicket() throws Exception {
    List<Side> sides = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sides.add(new Side(new SmtpAuthClient("localhost", settings), server.exchange(), "GSSAPI"));
    }
    int asked = kdc.proxy().tgsRequests();
    boolean isUnderWay = true;
    while (isUnderWay) {
      isUnderWay = false;
      for (Side side : sides) {
        if (!side.client.isComplete()) {
          side.step();
          isUnderWay = true;
        }
      }
    }
    assertTrue(kdc.proxy().tgsRequests() - asked <= 1);
  }

  @Test
  void aServerThatAsksForMoreAfterTheLastTokenIsNotFollowed() throws Exception {
    try (SmtpAuthClient client = new SmtpAuthClient("localhost", settings);
        SmtpAuthExchange exchange = server.exchange()) {
      Side side = new Side(client, exchange, "GSSAPI");
      while (!side.reply.startsWith("235")) {
        side.step();
      }
      SpnegoException failure =
          assertThrows(SpnegoException.class, () -> client.nextLine("334 AAAA"));
      assertEquals(Reason.PROTOCOL, failure.reason());
      assertFalse(client.isComplete());
    }
  }

  /** One client, the server's side of it, and the line that the client sends next. */
  private static final class Side {
    final SmtpAuthClient client;
    private final SmtpAuthExchange exchange;
    private String line;
    private String reply = "";

    Side(SmtpAuthClient client, SmtpAuthExchange exchange, String mechanism) throws Exception {
      this.client = client;
      this.exchange = exchange;
      this.line = client.firstLine("250 AUTH " + mechanism, false);
    }

    void step() throws Exception {
      if (!reply.isEmpty()) {
        line = client.nextLine(reply);
      }
      if (!client.isComplete()) {
        Reply answer = exchange.auth(line);
        reply = answer.line();
      }
    }
  }
}
