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

  /** The state of the file that the login came from. */
  final FileStamp stamp;

  /** When to log in again. */
  final Instant renewAt;

  /** Until when its ticket can be used, if it is not renewed: {@link Ticket#usableUntil}. */
  final Instant end;

  /** The ticket-granting ticket, or null. */
  private final @Nullable Ticket ticket;

  /** Made when a client asks for them: a server needs none. */
  private @Nullable InitiatorCredentials credentials;

  // Not private for a test.
  Login(
      Subject subject,
      @Nullable Ticket ticket,
      @Nullable InitiatorCredentials credentials,
      FileStamp stamp,
      Instant renewAt,
      Instant end) {
    this.subject = subject;
    this.ticket = ticket;
    this.credentials = credentials;
    this.stamp = stamp;
    this.renewAt = renewAt;
    this.end = end;
  }

  static Login of(Subject subject, FileStamp stamp, Instant now) {
    Ticket ticket = Ticket.granting(subject);
    if (ticket == null) {
      Instant again = now.plus(WITHOUT_TICKET);
      return new Login(subject, null, null, stamp, again, again);
    }
    Duration rest = Duration.between(now, Instant.ofEpochMilli(ticket.end));
    Duration lifetime =
        ticket.start == ticket.end ? rest : Duration.ofMillis(ticket.end - ticket.start);
    Duration margin = min(LONGEST_MARGIN, part(lifetime, 5));
    // A ticket that is already near its end could not be renewed: try again before it expires.
    Duration wait = rest.compareTo(margin) > 0 ? rest.minus(margin) : part(rest, 4);
    Instant end = Instant.ofEpochMilli(ticket.usableUntil());
    return new Login(subject, ticket, null, stamp, now.plus(wait), end);
  }

  /**
   * The credentials for contexts. They are created once: for a context without a credential the JDK
   * searches the Subject each time.
   *
   * @return the credentials; null if the login gave no ticket-granting ticket
   */
  synchronized @Nullable InitiatorCredentials credentials(LoginRequest request)
      throws SpnegoException {
    if (credentials == null && ticket != null) {
      NamedCredential named = NamedCredential.of(ticket);
      credentials =
          new InitiatorCredentials(
              named.name(),
              request.describe(named.name()),
              named.credential(),
              subject,
              false,
              InstantSource.system());
    }
    return credentials;
  }

  /** A login as another user, for whom this login's owner requests a ticket from the KDC. */
  Login impersonate(LoginRequest own, String user, Instant now) throws SpnegoException {
    InitiatorCredentials service = credentials(own);
    if (service == null) {
      throw own.withoutTicket();
    }
    InitiatorCredentials other = Impersonation.of(service, user);
    Instant again = now.plus(LONGEST_IMPERSONATION);
    Instant renew = again.isBefore(renewAt) ? again : renewAt;
    return new Login(new Subject(), null, other, stamp, renew, end);
  }

  /** Whether the login may be used without a request to the KDC. */
  boolean isFresh(FileStamp current, Instant now) {
    return now.isBefore(renewAt) && stamp.equals(current);
  }

  /** The same login after a failed renewal, which is tried again later. */
  synchronized Login retryAfter(Instant now) {
    Duration wait = min(LONGEST_RETRY, part(Duration.between(now, end), 4));
    return new Login(subject, ticket, credentials, stamp, now.plus(wait), end);
  }

  /** Destroys the tickets and keys. An exchange that is using them fails. */
  synchronized void destroy() {
    GSSCredential credential = credentials == null ? null : credentials.credential();
    if (credential != null) {
      try {
        credential.dispose();
      } catch (GSSException e) {
        // It is not used again.
      }
    }
    destroy(subject);
    if (credentials != null && credentials.subject != null) {
      destroy(credentials.subject); // an impersonated user's tickets are apart
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
