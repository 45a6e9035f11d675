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

/** A Subject that is logged in, and how long it is good for. */
final class Login {
  /** So long before the end of a ticket a new one is got, for tickets that live hours. */
  private static final Duration LONGEST_MARGIN = Duration.ofMinutes(5);

  /** How often credentials without a ticket to tell their end are looked at again. */
  private static final Duration WITHOUT_TICKET = Duration.ofMinutes(1);

  /**
   * How long another user's ticket is used; the KDC is then asked whether it still gives one.
   * Active Directory lets no domain limit tickets to less than ten minutes.
   */
  private static final Duration LONGEST_IMPERSONATION = Duration.ofMinutes(5);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  /** Holds the ticket-granting ticket, and the service tickets that were got with it. */
  final Subject subject;

  final ServiceTickets tickets;

  /** The file it came from, as it was then. */
  final FileStamp stamp;

  /** When to log in anew. */
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
    Duration margin = min(LONGEST_MARGIN, lifetime.dividedBy(5));
    // A ticket that is near its end already cannot be had fresher: try again on the way there.
    Duration wait = rest.compareTo(margin) > 0 ? rest.minus(margin) : rest.dividedBy(4);
    return new Login(subject, tickets, stamp, now.plus(wait), end, ticket);
  }

  /**
   * The credentials for contexts. They are made once: a context that is made without a credential
   * looks through the Subject each time.
   *
   * @return null where the login gave nothing to initiate with
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

  /** A login as another user, for whom the owner of this one gets a ticket from the KDC. */
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

  /** Whether it may be used without a look at the KDC. */
  boolean isFresh(FileStamp current, Instant now) {
    return now.isBefore(renewAt) && stamp.equals(current);
  }

  /** The same login, to be renewed later, after a renewal that did not succeed. */
  Login retryAfter(Instant now) {
    Duration wait = min(LONGEST_RETRY, Duration.between(now, end).dividedBy(4));
    Login kept = new Login(subject, tickets, stamp, now.plus(wait), end, ticket);
    kept.credentials = credentials;
    return kept;
  }

  boolean isValid(Instant now) {
    return ticket == null ? now.isBefore(end) : ticket.isGood(now.toEpochMilli());
  }

  /** Destroys its tickets and keys; who uses them at this moment fails. */
  void destroy() {
    InitiatorCredentials made = credentials;
    GSSCredential credential = made == null ? null : made.credential();
    if (credential != null) {
      try {
        credential.dispose();
      } catch (GSSException e) {
        // What cannot be destroyed is forgotten.
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

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
