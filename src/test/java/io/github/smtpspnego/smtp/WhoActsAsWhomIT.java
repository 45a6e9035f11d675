package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** As whom a client may act, and who decides. */
@ResourceLock("java.util.logging")
class WhoActsAsWhomIT {
  private static final Path KEYTAB = Alice.KEYTAB;

  private final LogRecorder log = LogRecorder.start();

  @AfterEach
  void stopListening() {
    log.close();
  }

  @ParameterizedTest
  @CsvSource({
    "'', alice@EXAMPLE.TEST",
    "alice, alice@EXAMPLE.TEST",
    "alice@EXAMPLE.TEST, alice@EXAMPLE.TEST"
  })
  void aClientActsAsItselfWithAndWithoutItsRealm(String identity, String as) throws Exception {
    SmtpAuthExchange exchange = SmtpAuthServer.builder().keytab(KEYTAB).build().exchange();
    assertTrue(Alice.hold(Alice.jdk(identity, "auth"), exchange).startsWith("S:235 "));
    assertEquals(as, exchange.authorizationId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bob", "bob@EXAMPLE.TEST", "alice@OTHER.TEST", "ALICE", "root"})
  void aClientActsAsNobodyElse(String identity) throws Exception {
    SmtpAuthExchange exchange = SmtpAuthServer.builder().keytab(KEYTAB).build().exchange();
    assertTrue(Alice.hold(Alice.jdk(identity, "auth"), exchange).startsWith("S:535 5.7.8 "));
  }

  @Test
  void theAuthorizationMapsToLocalUsers() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(KEYTAB)
            .authorization(
                (client, identity) ->
                    identity.equals("list")
                        ? Optional.of("list-owner")
                        : Optional.of(client.substring(0, client.indexOf('@'))))
            .build();
    SmtpAuthExchange exchange = server.exchange();
    Alice.hold(Alice.jdk("", "auth"), exchange);
    assertEquals("alice", exchange.authorizationId());
    assertEquals(Kdc.full("alice"), exchange.principal());
    exchange = server.exchange();
    Alice.hold(Alice.jdk("list", "auth"), exchange);
    assertEquals("list-owner", exchange.authorizationId());
  }

  @Test
  void aDecisionThatCouldNotBeMadeIsTemporary() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(KEYTAB)
            .authorization(
                (client, identity) -> {
                  throw new IOException("no answer from the directory");
                })
            .build();
    String end = Alice.hold(Alice.jdk("", "auth"), server.exchange());
    assertTrue(end.startsWith("S:454 4.7.0 "), end);
    assertTrue(log.warnings().get(0).contains("no answer from the directory"));
  }
}
