package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.AuthenticationFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Threads that wait for one login each get an exception of their own when it fails: a program adds
 * suppressed exceptions to what it catches, and the stack trace is that of the thread.
 */
class FailureOfManyThreadsIT {
  private static final int THREADS = 4;

  @Test
  void eachThreadGetsAnExceptionOfItsOwn() throws Exception {
    Kdc kdc = Kdc.shared();
    kdc.proxy().delay(Duration.ofMillis(500)); // so that the others come while the first waits
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    CyclicBarrier together = new CyclicBarrier(THREADS);
    List<Future<SpnegoException>> running = new ArrayList<>();
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(AuthScripts.answering("504 5.7.4 No"))
            .start()) {
      for (int i = 0; i < THREADS; i++) {
        running.add(
            threads.submit(
                () -> {
                  together.await();
                  return failure(server);
                }));
      }
      Set<SpnegoException> thrown = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Future<SpnegoException> thread : running) {
        thrown.add(thread.get());
      }
      thrown.forEach(e -> assertEquals(Reason.CLIENT_UNKNOWN, e.reason(), e::toString));
      assertEquals(THREADS, thrown.size());
    } finally {
      kdc.proxy().delay(Duration.ZERO);
      threads.shutdownNow();
    }
  }

  private static SpnegoException failure(ScriptedSmtpServer server) {
    AuthenticationFailedException e =
        assertThrows(
            AuthenticationFailedException.class,
            () -> Program.withGssapi().send(server, "nobody-at-all", "a guess"));
    return assertInstanceOf(SpnegoException.class, e.getCause(), e::toString);
  }
}
