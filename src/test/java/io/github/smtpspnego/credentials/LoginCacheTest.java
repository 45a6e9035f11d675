package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.ForgedTickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.TextInputCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginCacheTest {
  private static final LoginRequest KEYTAB =
      LoginRequest.fromKeytab(Path.of("/no/keytab"), "alice@EXAMPLE.TEST");

  @TempDir Path directory;

  private final AtomicInteger logins = new AtomicInteger();
  private Instant now = Instant.now();
  private Duration lifetime = Duration.ofHours(10);
  private @Nullable SpnegoException failure;
  private final LoginCache cache =
      new LoginCache(() -> now) {
        @Override
        Login login(LoginRequest request, boolean renew, FileStamp stamp, Instant at)
            throws SpnegoException {
          logins.incrementAndGet();
          if (failure != null) {
            throw failure;
          }
          Subject subject = new Subject();
          Duration untilEnd = Duration.between(Instant.now(), now).plus(lifetime);
          subject
              .getPrivateCredentials()
              .add(ForgedTickets.ticket("krbtgt/EXAMPLE.TEST", untilEnd));
          return Login.of(subject, stamp, at);
        }
      };

  @Test
  void oneLoginServesAllWhoAskForTheSame() throws SpnegoException {
    assertSame(cache.get(KEYTAB), cache.get(KEYTAB));
    assertEquals(1, logins.get());
  }

  @Test
  void anotherPrincipalIsAnotherLogin() throws SpnegoException {
    cache.get(KEYTAB);
    cache.get(LoginRequest.fromKeytab(Path.of("/no/keytab"), "bob@EXAMPLE.TEST"));
    assertEquals(2, logins.get());
  }

  @Test
  void anotherPasswordIsAnotherLogin() throws SpnegoException {
    try (Secret right = new Secret("right".toCharArray());
        Secret same = new Secret("right".toCharArray());
        Secret wrong = new Secret("wrong".toCharArray())) {
      Login first = cache.get(LoginRequest.withPassword("alice", right));
      assertSame(first, cache.get(LoginRequest.withPassword("alice", same)));
      assertNotSame(first, cache.get(LoginRequest.withPassword("alice", wrong)));
    }
  }

  @Test
  void anotherImpersonatedUserIsAnotherLogin() throws SpnegoException {
    Login alice = cache.get(KEYTAB.as("alice@EXAMPLE.TEST"));
    assertSame(alice, cache.get(KEYTAB.as("alice@EXAMPLE.TEST")));
    assertNotSame(alice, cache.get(KEYTAB.as("bob@EXAMPLE.TEST")));
    assertNotSame(alice, cache.get(KEYTAB));
  }

  @Test
  void aUserWhomTheKdcDoesNotLetBeImpersonatedAnyMoreIsNot() throws SpnegoException {
    LoginRequest alice = KEYTAB.as("alice@EXAMPLE.TEST");
    Login first = cache.get(alice);
    now = first.renewAt.plus(Duration.ofSeconds(1));
    failure = new SpnegoException(Reason.KDC_UNREACHABLE, "No KDC.", null);
    Login kept = cache.get(alice);
    assertSame(first.subject, kept.subject);
    now = kept.renewAt.plus(Duration.ofSeconds(1));
    for (Reason reason : List.of(Reason.IMPERSONATION, Reason.ACCOUNT_REVOKED)) {
      failure = new SpnegoException(reason, "No.", null);
      assertSame(failure, assertThrows(SpnegoException.class, () -> cache.get(alice)));
    }
    failure = null;
    assertNotSame(first.subject, cache.get(alice).subject, "asked again at once");
  }

  @Test
  void aLoginIsRenewedBeforeItsEnd() throws SpnegoException {
    Login first = cache.get(KEYTAB);
    now = now.plus(lifetime).minus(Duration.ofMinutes(10));
    assertSame(first, cache.get(KEYTAB));
    now = now.plus(Duration.ofMinutes(6));
    assertNotSame(first, cache.get(KEYTAB));
  }

  @Test
  void ticketsOfTenSecondsAreRenewedInTime() throws SpnegoException {
    lifetime = Duration.ofSeconds(10);
    Login first = cache.get(KEYTAB);
    now = now.plus(Duration.ofSeconds(7));
    assertSame(first, cache.get(KEYTAB));
    now = now.plus(Duration.ofSeconds(2));
    assertNotSame(first, cache.get(KEYTAB));
  }

  @Test
  void whereTheKdcIsAwayTheOldLoginServesToItsEnd() throws SpnegoException {
    Login first = cache.get(KEYTAB);
    failure = new SpnegoException(Reason.KDC_UNREACHABLE, "No KDC.", null);
    now = first.renewAt.plus(Duration.ofSeconds(1));
    assertSame(first.subject, cache.get(KEYTAB).subject);
    assertEquals(2, logins.get());
    assertSame(first.subject, cache.get(KEYTAB).subject);
    assertEquals(2, logins.get(), "not every connection asks the KDC that is away");
    now = first.end.plus(Duration.ofSeconds(1));
    assertThrows(SpnegoException.class, () -> cache.get(KEYTAB));
    failure = null;
    assertNotSame(first.subject, cache.get(KEYTAB).subject);
  }

  @Test
  void aChangedFileIsReadAgain() throws SpnegoException, IOException {
    Path file = Files.writeString(directory.resolve("cc"), "one");
    LoginRequest request = LoginRequest.fromTicketCache(file);
    Login first = cache.get(request);
    assertSame(first, cache.get(request));
    now = now.plusMillis(1);
    Files.writeString(file, "another");
    assertNotSame(first, cache.get(request));
  }

  @Test
  void aRejectedPasswordIsNotTriedAgainForAWhile() throws SpnegoException {
    try (Secret secret = new Secret("wrong".toCharArray());
        Secret other = new Secret("right".toCharArray())) {
      LoginRequest request = LoginRequest.withPassword("alice", secret);
      failure = new SpnegoException(Reason.WRONG_PASSWORD, "Rejected.", null);
      assertThrows(SpnegoException.class, () -> cache.get(request));
      SpnegoException again = assertThrows(SpnegoException.class, () -> cache.get(request));
      assertEquals(Reason.WRONG_PASSWORD, again.reason());
      assertTrue(again.getMessage().contains("no new attempt before"), again::getMessage);
      assertEquals(1, logins.get());

      failure = null;
      cache.get(LoginRequest.withPassword("alice", other));
      assertEquals(2, logins.get(), "another password is tried at once");

      now = now.plus(LoginCache.REJECTION_HOLDS).plus(Duration.ofSeconds(1));
      cache.get(request);
      assertEquals(3, logins.get());
    }
  }

  @Test
  void otherFailuresAreTriedAgainAtOnce() {
    failure = new SpnegoException(Reason.KDC_UNREACHABLE, "No KDC.", null);
    assertThrows(SpnegoException.class, () -> cache.get(KEYTAB));
    failure = null;
    assertEquals(1, logins.get());
    org.junit.jupiter.api.Assertions.assertDoesNotThrow(() -> cache.get(KEYTAB));
  }

  @Test
  void whoWaitsForALoginSharesItsOutcome() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    LoginCache slow =
        new LoginCache(() -> now) {
          @Override
          Login login(LoginRequest request, boolean renew, FileStamp stamp, Instant at)
              throws SpnegoException {
            logins.incrementAndGet();
            asked.countDown();
            await(answer);
            throw new SpnegoException(Reason.KDC_UNREACHABLE, "No KDC.", null);
          }
        };
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      Callable<SpnegoException> attempt =
          () -> assertThrows(SpnegoException.class, () -> slow.get(KEYTAB));
      List<Future<SpnegoException>> outcomes = new ArrayList<>();
      List<Thread> waiting = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        outcomes.add(
            threads.submit(
                () -> {
                  synchronized (waiting) {
                    waiting.add(Thread.currentThread());
                  }
                  return attempt.call();
                }));
      }
      asked.await();
      awaitAllBlocked(waiting, 16);
      answer.countDown();
      Set<SpnegoException> failures = new HashSet<>();
      for (Future<SpnegoException> outcome : outcomes) {
        SpnegoException e = outcome.get();
        assertEquals(Reason.KDC_UNREACHABLE, e.reason());
        assertEquals(
            "No KDC. "
                + Reason.KDC_UNREACHABLE.remedy()
                + " ("
                + SpnegoException.GUIDE
                + "kdc-unreachable)",
            e.getMessage());
        failures.add(e);
      }
      assertEquals(16, failures.size(), "each thread has an exception of its own");
      assertEquals(1, logins.get());
    } finally {
      threads.shutdownNow();
    }
  }

  /** A handler's answers are its own: what follows from them is nobody else's failure. */
  @Test
  void whoWaitsDoesNotShareAFailureThatAnotherHandlerMade() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    LoginCache slow =
        new LoginCache(() -> now) {
          @Override
          Login login(LoginRequest request, boolean renew, FileStamp stamp, Instant at)
              throws SpnegoException {
            if (logins.incrementAndGet() > 1) {
              return Login.of(ForgedTickets.subject(), stamp, at);
            }
            try {
              request.answers().handle(new Callback[] {new TextInputCallback("a question")});
            } catch (IOException | UnsupportedCallbackException e) {
              throw new IllegalStateException(e);
            }
            asked.countDown();
            await(answer);
            throw new SpnegoException(Reason.WRONG_PASSWORD, "Rejected.", null);
          }
        };
    ExecutorService threads = Executors.newFixedThreadPool(1);
    try {
      Future<SpnegoException> first =
          threads.submit(() -> assertThrows(SpnegoException.class, () -> slow.get(byJaas())));
      asked.await();
      Thread here = Thread.currentThread();
      Thread releasing =
          new Thread(
              () -> {
                while (here.getState() != Thread.State.WAITING) {
                  Thread.onSpinWait();
                }
                answer.countDown();
              });
      releasing.start();
      assertNotNull(slow.get(byJaas()));
      assertEquals(Reason.WRONG_PASSWORD, first.get().reason());
    } finally {
      threads.shutdownNow();
    }
  }

  private static LoginRequest byJaas() {
    return LoginRequest.byJaas("mailer", "alice", null, callbacks -> {});
  }

  @Test
  void whileOneThreadRenewsTheOthersGoOnWithTheOldLogin() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    LoginCache slow =
        new LoginCache(() -> now) {
          @Override
          Login login(LoginRequest request, boolean renew, FileStamp stamp, Instant at)
              throws SpnegoException {
            if (renew) {
              asked.countDown();
              await(answer);
            }
            return cache.login(request, renew, stamp, at);
          }
        };
    Login first = slow.get(KEYTAB);
    now = first.renewAt.plus(Duration.ofSeconds(1));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<Login> renewed = threads.submit(() -> slow.get(KEYTAB));
      asked.await();
      assertSame(first, threads.submit(() -> slow.get(KEYTAB)).get(20, TimeUnit.SECONDS));
      answer.countDown();
      assertNotSame(first, renewed.get());
      assertSame(renewed.get(), slow.get(KEYTAB));
    } finally {
      answer.countDown();
      threads.shutdownNow();
    }
  }

  @Test
  void whereAllLoginsAreForgottenTheirTicketsAreDestroyed() throws SpnegoException {
    Login first = cache.get(KEYTAB);
    InitiatorCredentials made = first.credentials(KEYTAB);
    assertNotNull(made);
    GSSCredential credential = made.credential();
    assertNotNull(credential);
    cache.clear();
    assertThrows(IllegalStateException.class, credential::getRemainingLifetime);
    KerberosTicket ticket =
        (KerberosTicket) first.subject.getPrivateCredentials().iterator().next();
    assertTrue(ticket.isDestroyed());
    assertNotSame(first, cache.get(KEYTAB));
    assertEquals(2, logins.get());
  }

  @Test
  void aRejectionIsForgottenWithTheLogins() {
    failure = new SpnegoException(Reason.WRONG_PASSWORD, "Rejected.", null);
    assertThrows(SpnegoException.class, () -> cache.get(KEYTAB));
    cache.clear();
    assertThrows(SpnegoException.class, () -> cache.get(KEYTAB));
    assertEquals(2, logins.get());
  }

  @Test
  void ofManyLoginsTheOneThatWasNotUsedForLongestIsForgotten() throws SpnegoException {
    for (int i = 0; i < 256; i++) {
      now = now.plusMillis(1);
      cache.get(request(i));
    }
    now = now.plusMillis(1);
    cache.get(request(0));
    now = now.plusMillis(1);
    cache.get(request(256));
    assertEquals(257, logins.get());
    cache.get(request(0));
    assertEquals(257, logins.get());
    cache.get(request(1));
    assertEquals(258, logins.get());
  }

  private static LoginRequest request(int user) {
    return LoginRequest.fromKeytab(Path.of("/no/keytab"), "user" + user + "@EXAMPLE.TEST");
  }

  @Test
  void theFingerprintTellsPasswordsApartAndDoesNotContainThem() {
    try (Secret one = new Secret("secret".toCharArray());
        Secret two = new Secret("secreT".toCharArray())) {
      assertNotEquals(one.fingerprint(), two.fingerprint());
      assertEquals(64, one.fingerprint().length());
      assertEquals("a secret", one.toString());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitAllBlocked(List<Thread> threads, int count) throws Exception {
    while (true) {
      synchronized (threads) {
        if (threads.size() == count
            && threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING)) {
          return;
        }
      }
      Thread.sleep(1);
    }
  }
}
