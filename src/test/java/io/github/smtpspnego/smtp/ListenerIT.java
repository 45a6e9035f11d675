package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.Tokens;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What a listener and the log are told of successes and failures. */
@ResourceLock("java.util.logging")
class ListenerIT {
  private static final InetSocketAddress CLIENT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 40123);
  private static final Path KEYTAB = Alice.KEYTAB;

  private final LogRecorder log = LogRecorder.start();

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void theListenerIsToldOfEachWithTheClientsAddress() throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    SmtpAuthServer.Listener listener =
        new SmtpAuthServer.Listener() {
          @Override
          public void succeeded(SmtpAuthExchange exchange) {
            told.add(exchange.client().orElseThrow() + " " + exchange.authorizationId());
          }

          @Override
          public void failed(SmtpAuthExchange exchange, SpnegoException failure) {
            told.add(exchange.client().orElseThrow() + " " + failure.reason());
          }
        };
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(KEYTAB).listener(listener).build();
    SmtpAuthExchange exchange = server.exchange(CLIENT);
    exchange.auth("AUTH GSSAPI YWJj");
    exchange.auth("AUTH GSSAPI no base64");
    exchange.auth("AUTH GSSAPI no-base64");
    exchange.auth("AUTH GSSAPI");
    exchange.auth("A".repeat(20_000));
    exchange.auth("AUTH PLAIN YWJj"); // not ours
    exchange.auth("AUTH GSSAPI");
    exchange.auth("*"); // the client's own will
    exchange.auth(Alice.auth(Tokens.first(Alice.SUBJECT, Tokens.SPNEGO, "smtp/localhost")));
    assertTrue(exchange.auth("").isSuccess());
    assertEquals(
        List.of(
            CLIENT + " MALFORMED_TOKEN",
            CLIENT + " MALFORMED_TOKEN",
            CLIENT + " PROTOCOL",
            CLIENT + " alice@EXAMPLE.TEST"),
        told);
    assertEquals(3, log.warnings().size());
    log.warnings().forEach(line -> assertTrue(line.endsWith(" Client: 127.0.0.1:40123."), line));
    assertEquals(
        List.of(
            "alice@EXAMPLE.TEST is authenticated to smtp/localhost@EXAMPLE.TEST and acts as"
                + " alice@EXAMPLE.TEST. Client: 127.0.0.1:40123."),
        log.infos());
  }

  @Test
  void theListenerHearsOfTenThousandFailuresAndTheLogDoesNot() {
    List<Reason> told = new ArrayList<>();
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(KEYTAB)
            .listener(
                new SmtpAuthServer.Listener() {
                  @Override
                  public void failed(SmtpAuthExchange exchange, SpnegoException failure) {
                    told.add(failure.reason());
                  }
                })
            .build();
    for (int i = 0; i < 10_000; i++) {
      server.exchange(CLIENT).auth("AUTH GSSAPI YWJj");
    }
    assertEquals(10_000, told.size());
    assertTrue(log.warnings().size() <= 20, () -> log.warnings().size() + " warnings");
    server.exchange(CLIENT).auth("AUTH GSSAPI TlRMTVNTUAABAAAA");
    assertTrue(log.warnings().get(log.warnings().size() - 1).contains("NTLM"), "another reason");
  }

  @Test
  void aListenerThatFailsChangesNothing() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .keytab(KEYTAB)
            .listener(
                new SmtpAuthServer.Listener() {
                  @Override
                  public void succeeded(SmtpAuthExchange exchange) {
                    throw new IllegalStateException("the audit log is full");
                  }
                })
            .build();
    assertEquals(235, Alice.end(server, "smtp/localhost"));
    assertTrue(log.warnings().toString().contains("listener"));
  }
}
