package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import javax.security.auth.DestroyFailedException;
import javax.security.auth.Destroyable;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/** A Subject that is logged in, and when to log in again. */
final class Login {
  /** The longest time before the end of a ticket at which it is renewed. */
  private static final Duration LONGEST_MARGIN = Duration.ofMinutes(5);

  /** How long a login is used whose credentials contain no ticket and so no end. */
  private static final Duration WITHOUT_TICKET = Duration.ofMinutes(1);

  /**
   * How long an impersonated user's ticket is used before the KDC is asked for it again. Active
   * Directory allows no lifetime of tickets below ten minutes.
   */
  private static final Duration LONGEST_IMPERSONATION = Duration.ofMinutes(5);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  /** Contains the ticket-granting ticket and the service tickets that were requested with it. */
  final Subject subject;

  final ServiceTickets tickets;

  /** The state of the file that the login came from. */
  final FileStamp stamp;

  /** When to log in again. */
  final Instant renewAt;

  /** When its ticket expires. */
  final Instant end;

  /** The ticket-granting ticket; null for an acceptor's login, and for those of other modules. */
  private final @Nullable Ticket ticket;

  private volatile @Nullable InitiatorCredentials credentials;

  private Login(
      Subject subject,
      ServiceTickets tickets,
      FileStamp stamp,
      Instant renewAt,
      Instant end,
      @Nullable Ticket ticket) {
    this.subject = subject;
    this.tickets = tickets;
    this.stamp = stamp;
    this.renewAt = renewAt;
    this.end = end;
    this.ticket = ticket;
  }

  static Login of(Subject subject, FileStamp stamp, Instant now) {
    Ticket ticket = Ticket.granting(subject);
    ServiceTickets tickets = new ServiceTickets(subject, InstantSource.system());
    if (ticket == null) {
      Instant again = now.plus(WITHOUT_TICKET);
      return new Login(subject, tickets, stamp, again, again, null);
    }
    Instant end = Instant.ofEpochMilli(ticket.end);
    Duration rest = Duration.between(now, end);
    Duration lifetime =
        ticket.start == ticket.end ? rest : Duration.ofMillis(ticket.end - ticket.start);
    Duration margin = min(LONGEST_MARGIN, part(lifetime, 5));
    // A ticket that is already near its end could not be renewed: try again before it expires.
    Duration wait = rest.compareTo(margin) > 0 ? rest.minus(margin) : part(rest, 4);
    return new Login(subject, tickets, stamp, now.plus(wait), end, ticket);
  }

  /**
   * The credentials for contexts. They are created once: for a context without a credential the JDK
   * searches the Subject each time.
   *
   * @return the credentials; null if the login gave no ticket-granting ticket
   */
  @Nullable InitiatorCredentials credentials(LoginRequest request) throws SpnegoException {
    InitiatorCredentials made = credentials;
    if (made == null && ticket != null) {
      NamedCredential named = NamedCredential.of(ticket);
      made =
          new InitiatorCredentials(
              named.name(),
              request.describe(named.name()),
              named.credential(),
              subject,
              tickets,
              false);
      credentials = made;
    }
    return made;
  }

  /** A login as another user, for whom this login's owner requests a ticket from the KDC. */
  Login impersonate(LoginRequest own, String user, Instant now) throws SpnegoException {
    InitiatorCredentials held = credentials(own);
    if (held == null) {
      throw own.withoutTicket();
    }
    InitiatorCredentials other = Impersonation.of(held, user);
    Instant again = now.plus(LONGEST_IMPERSONATION);
    Instant renew = again.isBefore(renewAt) ? again : renewAt;
    Login made = new Login(new Subject(), other.tickets, stamp, renew, end, ticket);
    made.credentials = other;
    return made;
  }

  /** Whether the login may be used without a request to the KDC. */
  boolean isFresh(FileStamp current, Instant now) {
    return now.isBefore(renewAt) && stamp.equals(current);
  }

  /** The same login after a failed renewal, which is tried again later. */
  Login retryAfter(Instant now) {
    Duration wait = min(LONGEST_RETRY, part(Duration.between(now, end), 4));
    Login kept = new Login(subject, tickets, stamp, now.plus(wait), end, ticket);
    kept.credentials = credentials;
    return kept;
  }

  boolean isValid(Instant now) {
    return ticket == null ? now.isBefore(end) : ticket.isValid(now.toEpochMilli());
  }

  /** Destroys the tickets and keys. An exchange that is using them fails. */
  void destroy() {
    InitiatorCredentials made = credentials;
    GSSCredential credential = made == null ? null : made.credential();
    if (credential != null) {
      try {
        credential.dispose();
      } catch (GSSException e) {
        // It is not used again.
      }
    }
    destroy(subject);
    if (made != null && made.subject != null) {
      destroy(made.subject); // an impersonated user's tickets are apart
    }
  }

  private static void destroy(Subject subject) {
    for (Object held : subject.getPrivateCredentials().toArray()) {
      if (held instanceof Destroyable secret) {
        try {
          secret.destroy();
        } catch (DestroyFailedException | RuntimeException e) {
          // Likewise.
        }
      }
    }
  }

  /** A part of a time. {@code Duration.dividedBy} loads {@code BigDecimal}: 15 ms on JDK 25. */
  private static Duration part(Duration whole, int divisor) {
    return Duration.ofMillis(whole.toMillis() / divisor);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
