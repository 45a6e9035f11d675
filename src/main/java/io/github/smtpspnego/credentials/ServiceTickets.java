package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.TargetName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * The service tickets of one login or credential, and the exchanges that use them.
 *
 * <p>After the server's key has changed, every exchange with an old ticket ends without the
 * server's proof until the ticket expires. Therefore an exchange that ends without proof drops its
 * ticket. Angus Mail's own transport does not dispose of an exchange that it abandons; an exchange
 * counts as abandoned after two minutes.
 */
final class ServiceTickets {
  static final Duration LONGEST_EXCHANGE = Duration.ofMinutes(2);

  private static final int MOST_TARGETS = 256;

  private final @Nullable Subject subject;
  private final InstantSource clock;
  private final Map<String, ServiceTicket> tickets = new ConcurrentHashMap<>();

  /** The exchanges that have not ended, in the order in which they began. */
  private final Deque<TicketAttempt> open = new ConcurrentLinkedDeque<>();

  ServiceTickets(@Nullable Subject subject, InstantSource clock) {
    this.subject = subject;
    this.clock = clock;
  }

  /** Begins an exchange, and ends those that count as abandoned. */
  TicketAttempt begin(InitiatorCredentials credentials, TargetName target) {
    long now = clock.millis();
    TicketAttempt oldest = open.peekFirst();
    while (oldest != null && now - oldest.since > LONGEST_EXCHANGE.toMillis()) {
      oldest.failed();
      oldest = open.peekFirst();
    }
    TicketAttempt attempt = new TicketAttempt(credentials, ticket(target), this, now);
    open.addLast(attempt);
    return attempt;
  }

  private ServiceTicket ticket(TargetName target) {
    String key = target.toString();
    ServiceTicket known = tickets.get(key);
    if (known != null) {
      return known;
    }
    if (tickets.size() >= MOST_TARGETS) {
      tickets.clear();
    }
    ServiceTicket made = new ServiceTicket(target, subject, clock);
    ServiceTicket other = tickets.putIfAbsent(key, made);
    return other == null ? made : other;
  }

  /** Ends an exchange; false if it had ended before. Usually it is one of the last that began. */
  boolean end(TicketAttempt attempt) {
    return open.removeLastOccurrence(attempt);
  }
}
