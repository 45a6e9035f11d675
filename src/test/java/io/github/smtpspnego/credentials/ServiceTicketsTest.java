package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.gss.TargetName;
import io.github.smtpspnego.support.ForgedTickets;
import java.time.Duration;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
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

  private int count() {
    return subject.getPrivateCredentials(KerberosTicket.class).size();
  }
}
