package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Tokens that were received before, and the memories that know them. */
@ResourceLock("java.util.logging")
class ReplayMemoryIT {
  private static final Path KEYTAB = Alice.KEYTAB;

  private final LogRecorder log = LogRecorder.start();

  @AfterEach
  void stopListening() {
    log.close();
  }

  /** The JDK's own list would not know the token in another JVM; here the two have two keys. */
  @Test
  void nodesThatShareAMemoryTakeATokenOnce() throws Exception {
    Map<String, Instant> shared = new ConcurrentHashMap<>();
    SmtpAuthServer.ReplayMemory memory = (token, until) -> shared.putIfAbsent(token, until) == null;
    SmtpAuthServer one = SmtpAuthServer.builder().keytab(KEYTAB).replayMemory(memory).build();
    Instant before = Instant.now();
    assertEquals(235, Alice.end(one, "smtp/localhost"));
    Instant after = Instant.now();
    Map.Entry<String, Instant> remembered = shared.entrySet().iterator().next();
    assertTrue(remembered.getKey().matches("[0-9a-f]{64}"), remembered.getKey());
    Duration twiceTheSkew = Duration.ofMinutes(10);
    assertTrue(remembered.getValue().isAfter(before.plus(twiceTheSkew)));
    assertTrue(remembered.getValue().isBefore(after.plus(twiceTheSkew).plusSeconds(2)));

    SmtpAuthServer other =
        SmtpAuthServer.builder().keytab(KEYTAB).replayMemory((token, until) -> false).build();
    assertEquals(535, Alice.end(other, "smtp/localhost"), "another node had it");
    assertTrue(log.warnings().get(0).contains("received before"));
  }

  @Test
  void whereThereIsNoRoomToRememberAClientComesBackLater() throws Exception {
    SmtpAuthServer server = SmtpAuthServer.builder().keytab(KEYTAB).replayMemory(2).build();
    byte[] first = Tokens.first(Alice.SUBJECT, Tokens.SPNEGO, "smtp/localhost");
    assertTrue(server.exchange().auth(Alice.auth(first)).isContinuation());
    assertEquals(235, Alice.end(server, "smtp/localhost"));
    assertEquals(454, Alice.end(server, "smtp/localhost"));
    assertTrue(log.warnings().get(0).contains("2 tokens are remembered"));
    assertEquals(535, server.exchange().auth(Alice.auth(first)).code(), "it was not forgotten");
  }

  @Test
  void aMemoryThatCannotBeReachedIsTemporaryAndNeverAYes() throws Exception {
    for (Exception failure :
        List.of(new IOException("no connection"), new IllegalStateException("closed"))) {
      SmtpAuthServer server =
          SmtpAuthServer.builder()
              .keytab(KEYTAB)
              .replayMemory(
                  (token, until) -> {
                    if (failure instanceof IOException e) {
                      throw e;
                    }
                    throw (IllegalStateException) failure;
                  })
              .build();
      assertEquals(454, Alice.end(server, "smtp/localhost"));
    }
  }
}
