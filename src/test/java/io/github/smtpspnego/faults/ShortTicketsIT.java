package io.github.smtpspnego.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.Residue;
import io.github.smtpspnego.support.SmtpSink;
import java.nio.file.Path;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tickets that live seconds, as a steady stream of mail goes on: with a keytab, with a password,
 * and with a ticket cache that another {@code kinit} writes anew. No mail is lost.
 */
class ShortTicketsIT {
  private static final Kdc KDC = Kdc.shared();
  private static final int THREADS_OF_A_KIND = 2;
  private static final Duration BETWEEN_MAILS = Duration.ofMillis(10);

  private final AtomicInteger sent = new AtomicInteger();

  @AfterEach
  void letTicketsLive() {
    KDC.ticketLifetime(Duration.ofHours(8));
  }

  @Test
  @Timeout(60)
  void ticketsOfThreeSecondsLoseNoMail() throws Exception {
    stream(Duration.ofSeconds(3), Duration.ofSeconds(8));
  }

  @Test
  @Tag("soak")
  @Timeout(180)
  void ticketsOfTenSecondsLoseNoMailInAMinute() throws Exception {
    stream(Duration.ofSeconds(10), Duration.ofSeconds(60));
  }

  private void stream(Duration lifetime, Duration length) throws Exception {
    KDC.add("streamer", "its secret");
    KDC.ticketLifetime(lifetime);
    Path cache = KDC.ticketCache("alice", Kdc.PASSWORD);
    Residue before = Residue.before();
    int logins = KDC.proxy().asRequests();
    long start = System.nanoTime();
    long end = start + length.toNanos();
    ExecutorService threads = Executors.newCachedThreadPool();
    try (SmtpSink sink =
        SmtpSink.start(
            Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()))) {
      Mailer withKeytab =
          Mailer.to(sink.port())
              .spnego("keytab", KDC.keytab("streamer"))
              .spnego("principal", Kdc.full("streamer"));
      Mailer withCache = Mailer.to(sink.port()).spnego("ticketcache", cache);
      Mailer withPassword = Mailer.to(sink.port());
      List<Future<?>> streams = new ArrayList<>();
      for (int i = 0; i < THREADS_OF_A_KIND; i++) {
        streams.add(threads.submit(sending(end, withKeytab, "")));
        streams.add(threads.submit(sending(end, withCache, "")));
        streams.add(threads.submit(sending(end, withPassword, Kdc.PASSWORD)));
      }
      while (System.nanoTime() < end) {
        Thread.sleep(lifetime.toMillis() / 3);
        KDC.writeTicketCache(cache, "alice", Kdc.PASSWORD);
      }
      for (Future<?> stream : streams) {
        stream.get();
      }
      assertEquals(sent.get(), sink.mails());
      assertEquals(sent.get(), sink.logins());
      // Keytab and password each log in anew within a ticket's life, by two requests; and not
      // more often than twice in one, however long the machine took for all of this.
      int asked = KDC.proxy().asRequests() - logins;
      long lives = (System.nanoTime() - start) / lifetime.toNanos() + 1;
      assertTrue(asked >= 2 * 2 * length.dividedBy(lifetime), asked + " requests");
      assertTrue(asked <= 2 * 2 * 2 * lives, asked + " requests for " + sent + " mails");
    } finally {
      threads.shutdown();
    }
    before.assertNothingIsLeft();
  }

  private Callable<?> sending(long end, Mailer mailer, String password) {
    return () -> {
      while (System.nanoTime() < end) {
        mailer.send("alice", password);
        sent.incrementAndGet();
        Thread.sleep(BETWEEN_MAILS.toMillis());
      }
      return null;
    };
  }
}
