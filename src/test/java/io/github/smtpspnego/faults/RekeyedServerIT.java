package io.github.smtpspnego.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.Residue;
import jakarta.mail.AuthenticationFailedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server gets a new key while many threads hold a ticket that was made with the old one. */
@Timeout(60)
class RekeyedServerIT {
  private static final Kdc KDC = Kdc.shared();
  private static final int THREADS = 8;

  /** Angus Mail's own transport does not tell that an exchange failed: there it takes minutes. */
  @Test
  void eachThreadFailsOnceAtMostAndNoneNeedsARestart() throws Exception {
    String name = "smtp/rekeyed";
    KDC.add(name, "first");
    Path keytab = KDC.keytab(name);
    Residue before = Residue.before();
    try (MailServer server =
        MailServer.start(null, Map.of("mail.smtp.sasl.spnego.keytab", keytab.toString()))) {
      Mailer mailer =
          Mailer.to(server.port())
              .spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD))
              .spnego("spn", name);
      mailer.send();
      KDC.changePassword(name, "second");
      KDC.writeKeytab(keytab, name);

      List<Integer> failures = new ArrayList<>();
      CountDownLatch start = new CountDownLatch(1);
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try {
        List<Future<Integer>> outcomes = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          outcomes.add(
              threads.submit(
                  () -> {
                    start.await();
                    return failuresUntilSent(mailer);
                  }));
        }
        start.countDown();
        for (Future<Integer> outcome : outcomes) {
          failures.add(outcome.get());
        }
      } finally {
        threads.shutdown();
      }
      assertTrue(failures.stream().allMatch(count -> count <= 1), failures.toString());
      assertTrue(failures.contains(1), "nobody noticed: the test tests nothing");
      assertEquals(1 + THREADS, server.principals().size());
    }
    before.assertNothingIsLeft();
  }

  private static int failuresUntilSent(Mailer mailer) throws Exception {
    for (int failures = 0; ; failures++) {
      try {
        mailer.send();
        return failures;
      } catch (AuthenticationFailedException e) {
        assertTrue(failures < THREADS, e::toString);
      }
    }
  }
}
