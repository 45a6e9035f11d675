package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.support.ForgedTickets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InitiatorCredentialsTest {
  private static final TargetName TARGET = TargetName.of("smtp", "localhost");
  private static final TargetName OTHER = TargetName.of("smtp", "other");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final byte[] TOKEN = {1};

  private final Subject subject = ForgedTickets.subject();
  private volatile Instant now = Instant.now();
  private final InitiatorCredentials credentials = of(subject);

  private final AtomicInteger requests = new AtomicInteger();
  private volatile CountDownLatch answer = new CountDownLatch(0);
  private volatile @Nullable SpnegoException refusal;
  private final List<SaslException> failures = new CopyOnWriteArrayList<>();

  @Test
  void aTicketThatBroughtProofIsKept() {
    begin(TARGET).proved();
    begin(TARGET).proved();
    assertEquals(2, count());
  }

  @Test
  void aTicketThatBroughtNoProofIsDropped() {
    begin(TARGET).failed();
    assertEquals(1, count());
  }

  @Test
  void exchangesInterleavedOnOneThreadDoNotCountAsGivenUp() {
    TicketAttempt first = begin(TARGET);
    TicketAttempt second = begin(TARGET);
    begin(TARGET).proved();
    first.proved();
    second.proved();
    assertEquals(2, count());
  }

  @Test
  void anExchangeWhoseThreadHasEndedDoesNotCountAsGivenUp() throws Exception {
    Thread other = new Thread(() -> begin(TARGET));
    other.start();
    other.join();
    begin(TARGET).proved();
    assertEquals(2, count());
  }

  @Test
  void anExchangeWhoseEndNobodyTellsIsGivenUpAfterTwoMinutes() {
    begin(TARGET);
    now = now.plus(InitiatorCredentials.LONGEST_EXCHANGE);
    begin(TARGET).proved();
    assertEquals(2, count());
    now = now.plusMillis(1);
    begin(OTHER).proved();
    assertEquals(1, count());
  }

  @Test
  void anExchangeThatEndedIsNotGivenUpLater() {
    subject.getPrivateCredentials().add(ForgedTickets.ticket("smtp/other", HOUR));
    begin(TARGET);
    TicketAttempt ended = begin(OTHER);
    ended.proved();
    now = now.plus(InitiatorCredentials.LONGEST_EXCHANGE).plusMillis(1);
    begin(OTHER);
    assertEquals(2, count());
    ended.failed();
    assertEquals(2, count(), "it has ended");
  }

  @Test
  void ofExchangesThatFailWithTheSameTicketTheFirstDropsIt() throws SaslException {
    TicketAttempt first = begin(TARGET);
    TicketAttempt second = begin(TARGET);
    first.firstToken(this::token);
    second.firstToken(this::token);
    first.failed();
    begin(TARGET).firstToken(this::token);
    assertEquals(1, requests.get());
    second.failed();
    begin(TARGET).firstToken(this::token);
    assertEquals(1, requests.get(), "the ticket is another by now");
  }

  @Test
  void ticketsOfOtherServersAreKept() {
    subject.getPrivateCredentials().add(ForgedTickets.ticket("smtp/other", HOUR));
    begin(TARGET).failed();
    assertEquals(2, count());
  }

  @Test
  void withoutATicketGrantingTicketNothingIsDropped() {
    Subject serviceOnly = new Subject();
    serviceOnly.getPrivateCredentials().add(ForgedTickets.ticket("smtp/localhost", HOUR));
    of(serviceOnly).begin(TARGET).failed();
    assertEquals(1, serviceOnly.getPrivateCredentials(KerberosTicket.class).size());
  }

  @Test
  void aTicketThatBroughtNoProofIsDroppedFromACallersSubjectToo() {
    InitiatorCredentials callers = callers();
    callers.begin(TARGET).proved();
    assertEquals(2, count());
    callers.begin(TARGET).failed();
    assertEquals(1, count());
  }

  @Test
  void aTicketThatWasNotSentStaysInACallersSubject() {
    TicketAttempt unsent = callers().begin(TARGET);
    unsent.proved();
    unsent.failed();
    assertEquals(2, count());
  }

  private InitiatorCredentials callers() {
    return InitiatorCredentials.of("alice@EXAMPLE.TEST", "forged", null, subject);
  }

  @Test
  void theTargetsNameIsMadeOnceForALogin() throws SpnegoException {
    assertEquals("smtp@localhost", begin(TARGET).name().toString());
    assertSame(begin(TARGET).name(), begin(TargetName.of("smtp", "localhost")).name());
    assertNotSame(begin(TARGET).name(), begin(OTHER).name());
  }

  @Test
  void ofThreadsThatWantTheSameTicketOneAsksForIt() throws Exception {
    begin(TARGET).failed();
    assertOneAsks();
  }

  @Test
  void aTicketThatEndsBeforeTheLoginDoesIsAskedForByOneThread() throws Exception {
    begin(TARGET).failed();
    send();
    now = now.plus(HOUR).minus(Duration.ofMinutes(1));
    send();
    assertEquals(1, requests.get());
    now = now.plus(Duration.ofMinutes(2));
    assertOneAsks();
  }

  @Test
  void afterADroppedTicketOneThreadAsksAgain() throws Exception {
    begin(TARGET).firstToken(this::token);
    begin(TARGET).failed();
    assertOneAsks();
  }

  private void assertOneAsks() throws Exception {
    int before = requests.get();
    answer = new CountDownLatch(1);
    List<Thread> wanting = wanting(16);
    assertEquals(before + 1, requests.get());
    answer.countDown();
    for (Thread thread : wanting) {
      thread.join();
    }
    assertEquals(before + 1, requests.get());
    assertEquals(List.of(), failures);
  }

  @Test
  void whoWaitedForATicketThatIsNotGivenGetsAFailureOfItsOwn() throws Exception {
    begin(TARGET).failed();
    SpnegoException refused = new SpnegoException(Reason.SERVER_UNKNOWN, "None.", null);
    refusal = refused;
    answer = new CountDownLatch(1);
    List<Thread> wanting = wanting(4);
    answer.countDown();
    for (Thread thread : wanting) {
      thread.join();
    }
    assertEquals(1, requests.get());
    assertEquals(4, new HashSet<>(failures).size());
    for (SaslException failure : failures) {
      assertEquals(refused.getMessage(), failure.getMessage());
    }
    refusal = null;
    begin(TARGET).firstToken(this::token);
    assertEquals(2, requests.get(), "the next one asks again");
  }

  /** As with {@code useSubjectCredsOnly=false}. */
  @Test
  void whereTheJdkKeepsNoTicketTheThreadsAskSideBySide() throws Exception {
    begin(TARGET).failed();
    InitiatorCredentials none =
        of(new Subject(true, subject.getPrincipals(), new HashSet<>(), new HashSet<>()));
    none.begin(TARGET).firstToken(() -> TOKEN);
    CountDownLatch both = new CountDownLatch(2);
    List<Thread> asking = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      asking.add(
          start(
              () ->
                  none.begin(TARGET)
                      .firstToken(
                          () -> {
                            both.countDown();
                            await(both);
                            return TOKEN;
                          })));
    }
    for (Thread thread : asking) {
      thread.join();
    }
  }

  @Test
  void whoWantsTheTicketOfAnotherServerDoesNotWait() throws Exception {
    begin(TARGET).failed();
    answer = new CountDownLatch(1);
    List<Thread> wanting = wanting(1);
    assertSame(TOKEN, begin(OTHER).firstToken(() -> TOKEN));
    answer.countDown();
    wanting.get(0).join();
  }

  @Test
  void aTicketThatIsDestroyedWhileItIsLookedAtIsNone() throws Exception {
    KerberosTicket destroyed = new DestroyedUnseen();
    destroyed.destroy();
    subject.getPrivateCredentials().add(destroyed);
    begin(TARGET).firstToken(this::token);
    begin(TARGET).failed();
    assertEquals(2, subject.getPrivateCredentials().size());
    KerberosTicket granting = credentials.grantingTicket();
    assertNotNull(granting);
    assertTrue(granting.getServer().getName().startsWith("krbtgt/"));
  }

  /** Says that it is not destroyed, as one does that is being destroyed at this moment. */
  private static final class DestroyedUnseen extends KerberosTicket {
    private static final long serialVersionUID = 1L;

    DestroyedUnseen() {
      this(ForgedTickets.ticket("smtp/localhost", HOUR));
    }

    private DestroyedUnseen(KerberosTicket like) {
      super(
          like.getEncoded(),
          like.getClient(),
          like.getServer(),
          like.getSessionKey().getEncoded(),
          like.getSessionKeyType(),
          like.getFlags(),
          like.getAuthTime(),
          like.getStartTime(),
          like.getEndTime(),
          null,
          null);
    }

    @Override
    public boolean isDestroyed() {
      return false;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  private InitiatorCredentials of(Subject held) {
    return new InitiatorCredentials("alice@EXAMPLE.TEST", "forged", null, held, false, () -> now);
  }

  private void send() throws SaslException {
    TicketAttempt attempt = begin(TARGET);
    attempt.firstToken(this::token);
    attempt.proved();
  }

  private TicketAttempt begin(TargetName target) {
    return credentials.begin(target);
  }

  /** What the JDK does: looks for a valid ticket for the target, and asks for one where none is. */
  private byte[] token() throws SpnegoException {
    for (Ticket ticket : Ticket.in(subject)) {
      if (TARGET.matches(ticket.server) && now.toEpochMilli() <= ticket.end) {
        return TOKEN;
      }
    }
    requests.incrementAndGet();
    await(answer);
    if (refusal != null) {
      throw refusal;
    }
    Duration untilEnd = Duration.between(Instant.now(), now).plus(HOUR);
    subject.getPrivateCredentials().add(ForgedTickets.ticket("smtp/localhost", untilEnd));
    return TOKEN;
  }

  /** So many threads that want the ticket; each waits by now, for the KDC or for its turn. */
  private List<Thread> wanting(int count) throws InterruptedException {
    List<Thread> wanting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      wanting.add(start(() -> begin(TARGET).firstToken(this::token)));
    }
    for (Thread thread : wanting) {
      while (thread.getState() != Thread.State.WAITING) {
        assertTrue(thread.isAlive(), "it did not wait");
        Thread.sleep(1);
      }
    }
    return wanting;
  }

  private Thread start(SpnegoAction<?> action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (SaslException e) {
                failures.add(e);
              }
            });
    thread.start();
    return thread;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int count() {
    return subject.getPrivateCredentials(KerberosTicket.class).size();
  }
}
