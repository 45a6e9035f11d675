package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.support.ForgedTickets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.SaslException;
import org.junit.jupiter.api.Test;

class ServiceTicketsTest {
  private static final TargetName TARGET = TargetName.of("smtp", "localhost");

  private final Subject subject = ForgedTickets.subject();
  private final ServiceTickets tickets = new ServiceTickets(subject);

  @Test
  void aTicketThatBroughtProofIsKept() {
    tickets.begin(TARGET).proved();
    tickets.begin(TARGET).proved();
    assertEquals(2, count());
  }

  @Test
  void aTicketThatBroughtNoProofIsDropped() {
    tickets.begin(TARGET).failed();
    assertEquals(1, count());
  }

  @Test
  void aTicketOfAnAbandonedExchangeIsDroppedBeforeTheNextTry() {
    tickets.begin(TARGET);
    assertEquals(2, count());
    tickets.begin(TARGET);
    assertEquals(1, count());
  }

  @Test
  void anExchangeOfAThreadThatEndedIsAbandoned() throws InterruptedException {
    Thread other = new Thread(() -> tickets.begin(TARGET));
    other.start();
    other.join();
    tickets.begin(TARGET);
    assertEquals(1, count());
  }

  @Test
  void anExchangeOfALivingThreadIsNotAbandoned() throws InterruptedException {
    Thread self = Thread.currentThread();
    Thread other =
        new Thread(
            () -> {
              assertEquals(true, self.isAlive());
              tickets.begin(TARGET);
            });
    tickets.begin(TARGET);
    other.start();
    other.join();
    assertEquals(2, count());
  }

  @Test
  void ticketsOfOtherServersAreKept() {
    subject.getPrivateCredentials().add(ForgedTickets.ticket("smtp/other", Duration.ofHours(1)));
    tickets.begin(TARGET).failed();
    assertEquals(2, count());
  }

  @Test
  void withoutATicketGrantingTicketNothingIsDropped() {
    Subject serviceOnly = new Subject();
    serviceOnly
        .getPrivateCredentials()
        .add(ForgedTickets.ticket("smtp/localhost", Duration.ofHours(1)));
    new ServiceTickets(serviceOnly).begin(TARGET).failed();
    assertEquals(1, serviceOnly.getPrivateCredentials(KerberosTicket.class).size());
  }

  @Test
  void ofThoseWhoWantTheSameTicketAtOnceOneGoesFirst() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    AtomicInteger answered = new AtomicInteger();
    Thread first = wanting(TARGET, () -> awaitAndCount(answer, answered));
    Thread second = wanting(TARGET, answered::incrementAndGet);
    assertEquals(0, answered.get(), "the second waits for the first one's ticket");
    answer.countDown();
    first.join();
    second.join();
    assertEquals(2, answered.get());
  }

  @Test
  void whereTheFirstGotNoTicketTheOthersAskForThemselves() throws Exception {
    assertThrows(SaslException.class, () -> tickets.inTurn(TARGET, () -> fail("no ticket")));
    assertEquals("a token", tickets.inTurn(TARGET, () -> "a token"));
  }

  @Test
  void whoWantsTheTicketOfAnotherServerDoesNotWait() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    AtomicInteger answered = new AtomicInteger();
    Thread first = wanting(TARGET, () -> awaitAndCount(answer, answered));
    tickets.inTurn(TargetName.of("smtp", "other"), answered::incrementAndGet);
    assertEquals(1, answered.get());
    answer.countDown();
    first.join();
  }

  @Test
  void afterADroppedTicketOneGoesFirstAgain() throws Exception {
    tickets.inTurn(TARGET, () -> "a token");
    tickets.begin(TARGET).failed();
    ofThoseWhoWantTheSameTicketAtOnceOneGoesFirst();
  }

  private static String fail(String why) throws SaslException {
    throw new SaslException(why);
  }

  private static int awaitAndCount(CountDownLatch latch, AtomicInteger count) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return count.incrementAndGet();
  }

  /** A thread that makes its first token, and waits by now: for the KDC or for its turn. */
  private Thread wanting(TargetName target, SaslAction<Integer> firstToken)
      throws InterruptedException {
    Thread thread =
        new Thread(
            () -> {
              try {
                tickets.inTurn(target, firstToken);
              } catch (SaslException e) {
                throw new AssertionError(e);
              }
            });
    thread.start();
    while (thread.getState() != Thread.State.WAITING) {
      assertTrue(thread.isAlive(), "it did not wait");
      Thread.sleep(1);
    }
    return thread;
  }

  private int count() {
    return subject.getPrivateCredentials(KerberosTicket.class).size();
  }
}
