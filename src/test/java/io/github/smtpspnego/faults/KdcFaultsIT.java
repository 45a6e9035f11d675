package io.github.smtpspnego.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.KdcProxy;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.Residue;
import jakarta.mail.AuthenticationFailedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The KDC is away, or does not answer, or finds the clocks apart, or is asked with a wrong
 * password. After each: a clear message, no hang, nothing left, and the next attempt works.
 */
@Timeout(60)
class KdcFaultsIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path ACCEPTOR_KEYTAB = KDC.keytab("smtp/localhost");

  /** Of RFC 4120 section 7.5.9: what the first request of every login is answered with. */
  private static final int PREAUTH_REQUIRED = 25;

  private static final int CLOCK_SKEW = 37;
  private static int users;

  private MailServer server;
  private Residue before;

  @BeforeEach
  void start() throws Exception {
    try (MailServer warm = MailServer.start(keytab(ACCEPTOR_KEYTAB))) {
      newUser(warm).send(); // what is loaded once is no residue
    }
    before = Residue.before();
    server = MailServer.start(keytab(ACCEPTOR_KEYTAB));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    KDC.proxy().mode(KdcProxy.Mode.FORWARD);
    KDC.clockSkew(Duration.ofMinutes(5));
    KDC.ticketLifetime(Duration.ofHours(8));
    server.close();
    before.assertNothingIsLeft();
  }

  private static Map<String, String> keytab(Path file) {
    return Map.of("mail.smtp.sasl.spnego.keytab", file.toString());
  }

  /** Somebody whom no test logged in before, with a keytab. */
  private static Mailer newUser(MailServer server) {
    String name = "user" + ++users;
    KDC.add(name, "the secret of " + name);
    return Mailer.to(server.port())
        .spnego("keytab", KDC.keytab(name))
        .spnego("principal", Kdc.full(name));
  }

  private static SpnegoException assertFails(Mailer mailer, Reason reason, String... parts) {
    AuthenticationFailedException e =
        assertThrows(AuthenticationFailedException.class, mailer::send);
    SpnegoException cause = assertInstanceOf(SpnegoException.class, e.getCause());
    assertEquals(reason, cause.reason(), e::toString);
    for (String part : parts) {
      assertTrue(cause.getMessage().contains(part), () -> part + " is not in: " + e.getMessage());
    }
    return cause;
  }

  @Test
  void aKdcThatIsAwayAtTheStart() throws Exception {
    Mailer mailer = newUser(server);
    KDC.proxy().goAway();
    try {
      assertFails(
          mailer,
          Reason.KDC_UNREACHABLE,
          "from the keytab",
          "Connection refused",
          "localhost:" + KDC.proxy().port(),
          KDC.configuration().toString());
    } finally {
      KDC.proxy().comeBack();
    }
    mailer.send();
    assertEquals(1, server.principals().size());
  }

  @Test
  void aKdcThatGoesAwayBetweenTheLoginAndTheServiceTicket() throws Exception {
    Mailer mailer =
        Mailer.to(server.port()).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    KDC.proxy().goAway();
    try {
      assertFails(mailer, Reason.KDC_UNREACHABLE, "smtp@localhost", "alice@EXAMPLE.TEST");
    } finally {
      KDC.proxy().comeBack();
    }
    mailer.send();
    assertEquals(1, server.principals().size());
  }

  @Test
  void withCachedTicketsMailGoesOnWhileTheKdcIsAway() throws Exception {
    Mailer mailer = newUser(server);
    mailer.send();
    KDC.proxy().goAway();
    try {
      for (int i = 0; i < 20; i++) {
        mailer.send();
      }
    } finally {
      KDC.proxy().comeBack();
    }
    assertEquals(21, server.principals().size());
  }

  @Test
  void whileTheKdcIsAwayMailGoesOnToTheEndOfTheTicketsAndAgainOnceItIsBack() throws Exception {
    KDC.ticketLifetime(Duration.ofSeconds(4));
    Mailer mailer = newUser(server);
    mailer.send();
    KDC.proxy().goAway();
    int sent = 1;
    SpnegoException end = null;
    try {
      while (end == null) {
        try {
          mailer.send();
          sent++;
        } catch (AuthenticationFailedException e) {
          end = assertInstanceOf(SpnegoException.class, e.getCause());
        }
      }
      assertEquals(Reason.KDC_UNREACHABLE, end.reason(), end::toString);
      assertTrue(sent > 5, "sent " + sent);
      assertFails(mailer, Reason.KDC_UNREACHABLE);
    } finally {
      KDC.proxy().comeBack();
    }
    mailer.send();
    assertEquals(sent + 1, server.principals().size());
  }

  @Test
  void aKdcThatNeverAnswersIsWaitedForAsLongAsKrb5ConfSaysAndNoLonger() throws Exception {
    Mailer mailer = newUser(server);
    for (String retries : List.of("1", "3")) {
      try (Kdc.Configured configured =
          KDC.settings().set("kdc_timeout", "200").set("max_retries", retries).use()) {
        KDC.proxy().mode(KdcProxy.Mode.SILENT);
        int asked = KDC.proxy().asRequests();
        assertFails(
            mailer,
            Reason.KDC_UNREACHABLE,
            "timed out",
            "kdc_timeout",
            "max_retries",
            "localhost:" + KDC.proxy().port(),
            configured.file().toString());
        KDC.proxy().awaitAsRequests(asked + Integer.parseInt(retries));
        KDC.proxy().mode(KdcProxy.Mode.FORWARD);
      }
    }
    mailer.send();
    assertEquals(1, server.principals().size());
  }

  @Test
  void aKdcThatNeverAnswersIsWaitedForByOneThread() throws Exception {
    Mailer mailer = newUser(server);
    // As long as sixteen threads of a busy machine may need to get that far.
    try (Kdc.Configured configured = KDC.settings().set("kdc_timeout", "3000").use()) {
      KDC.proxy().mode(KdcProxy.Mode.SILENT);
      int asked = KDC.proxy().asRequests();
      inThreads(16, () -> assertFails(mailer, Reason.KDC_UNREACHABLE, "timed out"));
      assertEquals(1, KDC.proxy().asRequests() - asked, configured.file()::toString);
    }
    KDC.proxy().mode(KdcProxy.Mode.FORWARD);
    mailer.send();
  }

  @Test
  void aSlowKdcIsAskedForOneTicketByAllThreadsThatStartAtOnce() throws Exception {
    Mailer mailer = newUser(server);
    KDC.proxy().delay(Duration.ofMillis(300));
    try {
      int asked = KDC.proxy().tgsRequests();
      inThreads(
          16,
          () -> {
            mailer.send();
            return null;
          });
      assertEquals(1, KDC.proxy().tgsRequests() - asked);
    } finally {
      KDC.proxy().delay(Duration.ZERO);
    }
    assertEquals(16, server.principals().size());
  }

  /** The KDC is asked to renew by one thread; its silence must not stop the others. */
  @Tag("soak")
  @Test
  void whileARenewalWaitsForASilentKdcOthersSendWithTheTicketsTheyHave() throws Exception {
    KDC.ticketLifetime(Duration.ofSeconds(15)); // to be renewed after 12
    Mailer mailer = newUser(server);
    mailer.send();
    CountDownLatch othersAreDone = new CountDownLatch(1);
    try (Kdc.Configured configured = KDC.settings().set("kdc_timeout", "30000").use()) {
      assertTrue(configured.file().toFile().exists());
      KDC.proxy().hold(othersAreDone);
      int asked = KDC.proxy().asRequests();
      Future<?> renewing;
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        renewing =
            thread.submit(
                () -> {
                  while (KDC.proxy().asRequests() == asked) {
                    mailer.send();
                  }
                  return null;
                });
        while (KDC.proxy().asRequests() == asked) {
          Thread.sleep(10);
        }
        int sent = server.principals().size();
        mailer.send();
        assertEquals(sent + 1, server.principals().size());
        othersAreDone.countDown();
        renewing.get();
      } finally {
        othersAreDone.countDown();
        thread.shutdown();
        assertTrue(thread.awaitTermination(30, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void ofTwoKdcsTheFirstIsDead() throws Exception {
    try (KdcProxy dead = KDC.newProxy()) {
      dead.goAway();
      try (Kdc.Configured configured = KDC.settings().kdcs(dead.port(), KDC.proxy().port()).use()) {
        assertTrue(configured.file().toFile().exists());
        Mailer mailer = newUser(server);
        mailer.send();
        mailer.send();
        newUser(server).send();
      }
    }
    assertEquals(3, server.principals().size());
  }

  @Test
  void ofTwoKdcsTheFirstNeverAnswersAndIsNotAskedAgainWhereTheJdkKnowsIt() throws Exception {
    try (KdcProxy silent = KDC.newProxy()) {
      silent.mode(KdcProxy.Mode.SILENT);
      try (Kdc.Configured configured =
          KDC.settings().kdcs(silent.port(), KDC.proxy().port()).set("kdc_timeout", "3000").use()) {
        assertTrue(configured.file().toFile().exists());
        newUser(server).send();
        newUser(server).send();
        assertEquals(1, silent.asRequests());
        assertEquals(0, silent.tgsRequests());
      }
    }
    assertEquals(2, server.principals().size());
  }

  @Test
  void ofTwoKdcsBothAreDead() throws Exception {
    Mailer mailer = newUser(server);
    try (KdcProxy dead = KDC.newProxy();
        KdcProxy refusing = KDC.newProxy()) {
      dead.goAway();
      refusing.mode(KdcProxy.Mode.REFUSE);
      try (Kdc.Configured configured = KDC.settings().kdcs(dead.port(), refusing.port()).use()) {
        assertFails(
            mailer,
            Reason.KDC_UNREACHABLE,
            "localhost:" + dead.port(),
            "localhost:" + refusing.port(),
            configured.file().toString());
      }
    }
    mailer.send();
  }

  @Test
  void clockSkewForgedByAProxyAtTheLogin() throws Exception {
    Mailer mailer = newUser(server);
    KDC.proxy().mode(KdcProxy.Mode.CLOCK_SKEW);
    assertFails(mailer, Reason.CLOCK_SKEW, "(37)", "This machine's clock: ", "NTP");
    KDC.proxy().mode(KdcProxy.Mode.FORWARD);
    mailer.send();
    assertEquals(1, server.principals().size());
  }

  /** A real error 37: the KDC's clock is right, but it tolerates no difference at all. */
  @Test
  void clockSkewFoundAtTheServiceTicketByAKdcThatToleratesNone() throws Exception {
    Mailer mailer =
        Mailer.to(server.port()).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    KDC.clockSkew(Duration.ZERO);
    assertFails(
        mailer, Reason.CLOCK_SKEW, "smtp@localhost", "(37)", "This machine's clock: ", "NTP");
    assertTrue(KDC.proxy().errors().contains(CLOCK_SKEW));
    KDC.clockSkew(Duration.ofMinutes(5));
    mailer.send();
    assertEquals(1, server.principals().size());
  }

  @Test
  void thirtyTwoThreadsWithAWrongPasswordCostTheKdcAtMostTwoFailedLogins() throws Exception {
    KDC.add("mallory", "her own secret");
    int failed = failures();
    int asked = KDC.proxy().asRequests();
    Mailer mailer = Mailer.to(server.port());
    for (int wave = 0; wave < 2; wave++) {
      inThreads(
          32,
          () -> {
            AuthenticationFailedException e =
                assertThrows(
                    AuthenticationFailedException.class, () -> mailer.send("mallory", "a guess"));
            SpnegoException cause = assertInstanceOf(SpnegoException.class, e.getCause());
            assertEquals(Reason.WRONG_PASSWORD, cause.reason());
            return cause;
          });
    }
    int failures = failures() - failed;
    assertTrue(failures == 1 || failures == 2, failures + " failed logins");
    assertTrue(KDC.proxy().asRequests() - asked <= 4, "two requests for each");
    mailer.send("mallory", "her own secret");
    assertEquals(List.of("mallory@EXAMPLE.TEST"), server.principals());
  }

  /** How many requests the KDC rejected. */
  private static int failures() {
    return (int) KDC.proxy().errors().stream().filter(code -> code != PREAUTH_REQUIRED).count();
  }

  /** Does the same in so many threads, all at once; fails where one does. */
  private static void inThreads(int count, Callable<?> task) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Future<?>> outcomes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        outcomes.add(
            threads.submit(
                () -> {
                  start.await();
                  return task.call();
                }));
      }
      start.countDown();
      for (Future<?> outcome : outcomes) {
        outcome.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}
