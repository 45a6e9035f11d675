package io.github.smtpspnego.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.SmtpSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Service tickets that live seconds, got with a login that lives hours. */
@Timeout(60)
class ShortServiceTicketsIT {
  private static final Kdc KDC = Kdc.shared();
  private static final int THREADS = 16;
  private static final Duration LIFETIME = Duration.ofSeconds(3);
  private static final int LIVES = 3;

  @AfterEach
  void letTicketsLive() {
    KDC.ticketLifetime(Duration.ofHours(8));
    KDC.proxy().delay(Duration.ZERO);
  }

  @Test
  void whereOneEndsOneThreadAsksForTheNext() throws Exception {
    KDC.add("smtp/short", "its key");
    Mailer mailer =
        Mailer.to(0)
            .spnego("spn", "smtp/short")
            .spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    KDC.ticketLifetime(LIFETIME);
    KDC.proxy().delay(Duration.ofMillis(100)); // time enough for the others to ask too
    int before = KDC.proxy().tgsRequests();
    AtomicInteger sent = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (SmtpSink sink =
        SmtpSink.start(
            Map.of(
                "mail.smtp.sasl.spnego.keytab",
                KDC.keytab("smtp/short").toString(),
                "mail.smtp.sasl.spnego.principal",
                "smtp/short"))) {
      mailer.with("mail.smtp.port", Integer.toString(sink.port()));
      long end = System.nanoTime() + LIFETIME.multipliedBy(LIVES).toNanos();
      Callable<?> sending =
          () -> {
            while (System.nanoTime() < end) {
              mailer.send();
              sent.incrementAndGet();
            }
            return null;
          };
      List<Future<?>> senders = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        senders.add(threads.submit(sending));
      }
      for (Future<?> sender : senders) {
        sender.get();
      }
      assertEquals(sent.get(), sink.mails());
    } finally {
      threads.shutdown();
    }
    int requests = KDC.proxy().tgsRequests() - before;
    assertTrue(requests > 1, "no ticket ended: the test tests nothing");
    // One for each life, and one that is begun; a machine that stands still may need one more.
    assertTrue(requests <= LIVES + 2, requests + " requests for " + sent + " mails");
  }
}
