package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.gss.TargetName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of an initiator, the service tickets that are requested with them, and the
 * exchanges that use these tickets and have not ended.
 *
 * <p>After the server's key has changed, every exchange with an old ticket ends without the
 * server's proof until the ticket expires. Therefore an exchange that ends without proof drops its
 * ticket. Angus Mail's own transport does not dispose of an exchange that it abandons; an exchange
 * counts as abandoned after two minutes.
 */
public final class InitiatorCredentials {
  static final Duration LONGEST_EXCHANGE = Duration.ofMinutes(2);
  private static final int MOST_TARGETS = 256;

  /** The owner; empty if it is not known before the credentials are used. */
  final String name;

  private final String description;
  private final @Nullable GSSCredential credential;

  /** Where the JDK looks for service tickets, or null. */
  final @Nullable Subject subject;

  /** Whether a service acts as the owner by constrained delegation. */
  final boolean isImpersonated;

  private final InstantSource clock;
  private final Map<String, ServiceTicket> serviceTickets = new ConcurrentHashMap<>();

  /** The exchanges that have not ended, in the order in which they began. */
  private final Deque<TicketAttempt> openExchanges = new ConcurrentLinkedDeque<>();

  InitiatorCredentials(
      String name,
      String description,
      @Nullable GSSCredential credential,
      @Nullable Subject subject,
      boolean isImpersonated,
      InstantSource clock) {
    this.name = name;
    this.description = description;
    this.credential = credential;
    this.subject = subject;
    this.isImpersonated = isImpersonated;
    this.clock = clock;
  }

  /**
   * Creates credentials that this library did not obtain itself. Their service tickets are not
   * shared.
   *
   * @param credential the credential; null if the Subject holds service tickets only
   * @param subject where the JDK looks for service tickets and keeps them, or null
   */
  static InitiatorCredentials of(
      String name, String origin, @Nullable GSSCredential credential, @Nullable Subject subject) {
    return new InitiatorCredentials(
        name,
        name.isEmpty() ? origin : "as " + name + " " + origin,
        credential,
        subject,
        false,
        InstantSource.system());
  }

  /** The owner and the origin for messages: "as alice@REALM from the keytab /etc/mail.keytab". */
  public String describe() {
    return description;
  }

  /**
   * The GSS credential for the context. Null if the Subject holds service tickets only, and if the
   * native library is to use its default.
   */
  public @Nullable GSSCredential credential() {
    return credential;
  }

  /** The ticket-granting ticket that lives longest; null if there is none. */
  public @Nullable KerberosTicket grantingTicket() {
    Ticket granting = subject == null ? null : Ticket.granting(subject);
    return granting == null ? null : granting.ticket;
  }

  /** Runs an action as the Subject with these credentials. */
  <T> T run(SpnegoAction<T> action) throws SpnegoException {
    // The JDK stores service tickets in the current Subject. For a credential of the caller that
    // must not be the caller's Subject, where other code would find them. Without a credential
    // there must be no Subject: the native library would use it instead of its default.
    Subject as = subject == null && credential != null ? new Subject() : subject;
    return Subjects.doAs(as, SpnegoException.class, action);
  }

  /**
   * Begins an exchange with a server, and ends those that count as abandoned. The result must be
   * told how the exchange ends.
   */
  public TicketAttempt begin(TargetName target) {
    long now = clock.millis();
    TicketAttempt oldest = openExchanges.peekFirst();
    while (oldest != null && now - oldest.since > LONGEST_EXCHANGE.toMillis()) {
      oldest.failed();
      oldest = openExchanges.peekFirst();
    }
    TicketAttempt attempt = new TicketAttempt(this, serviceTicket(target), now);
    openExchanges.addLast(attempt);
    return attempt;
  }

  private ServiceTicket serviceTicket(TargetName target) {
    String key = target.toString();
    ServiceTicket known = serviceTickets.get(key);
    if (known != null) {
      return known;
    }
    if (serviceTickets.size() >= MOST_TARGETS) {
      serviceTickets.clear();
    }
    ServiceTicket made = new ServiceTicket(target, subject, clock);
    ServiceTicket other = serviceTickets.putIfAbsent(key, made);
    return other == null ? made : other;
  }

  /** Ends an exchange; false if it had ended before. Usually it is one of the last that began. */
  boolean end(TicketAttempt attempt) {
    return openExchanges.removeLastOccurrence(attempt);
  }
}
