package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/** The valid credentials in a Subject that a program or a JAAS entry has filled. */
final class SubjectCredentials {
  private final Subject subject;
  private final String origin;
  private final List<NamedCredential> credentials = new ArrayList<>();
  private final List<Ticket> tickets = new ArrayList<>();
  private String expired = "";

  /** Reads a Subject. The origin describes it for messages: "with the caller's Subject". */
  SubjectCredentials(Subject subject, String origin) {
    this.subject = subject;
    this.origin = origin;
    long now = System.currentTimeMillis();
    for (Object held : subject.getPrivateCredentials().toArray()) {
      if (held instanceof GSSCredential credential) {
        add(credential);
      }
    }
    for (Ticket ticket : Ticket.in(subject)) {
      if (now < ticket.usableUntil()) {
        tickets.add(ticket);
      } else {
        Instant end = Instant.ofEpochMilli(ticket.end).truncatedTo(ChronoUnit.SECONDS);
        expired =
            "the ticket of " + ticket.client + " for " + ticket.server + ", which ended at " + end;
      }
    }
  }

  private void add(GSSCredential credential) {
    try {
      NamedCredential named = NamedCredential.of(credential);
      if (named.isValid()) {
        credentials.add(named);
      } else {
        expired = "the GSS credential of " + named.name();
      }
    } catch (GSSException | RuntimeException e) {
      // It is for accepting, of another mechanism, or disposed of.
    }
  }

  /** A credential that has expired, as a part of a sentence; empty if none has. */
  String expired() {
    return expired;
  }

  /**
   * The first valid credential of the principal that is set: a GSS credential, a ticket-granting
   * ticket, or a service ticket if the JDK looks for service tickets in a Subject.
   *
   * @return the credentials; null if none is valid
   * @throws SpnegoException if the valid ones belong to other principals, or cannot be used with
   *     the native library
   */
  @Nullable InitiatorCredentials good(CredentialSettings settings) throws SpnegoException {
    String other = "";
    for (NamedCredential held : credentials) {
      if (settings.matchesPrincipal(held.name())) {
        return InitiatorCredentials.of(held.name(), origin, held.credential(), subject);
      }
      other = held.name();
    }
    if (!tickets.isEmpty()) {
      NativeLibrary.checkOff(settings, "the Kerberos tickets of a Subject");
    }
    for (Ticket ticket : tickets) {
      if (ticket.isGranting()) {
        NamedCredential made = NamedCredential.of(ticket);
        if (settings.matchesPrincipal(made.name())) {
          return InitiatorCredentials.of(made.name(), origin, made.credential(), subject);
        }
        other = made.name();
      }
    }
    // With useSubjectCredsOnly=false the JDK does not look for service tickets in a Subject.
    if (!"false".equalsIgnoreCase(System.getProperty("javax.security.auth.useSubjectCredsOnly"))) {
      for (Ticket ticket : tickets) {
        if (settings.matchesPrincipal(ticket.client)) {
          return InitiatorCredentials.of(ticket.client, origin, null, ticketsOf(ticket.client));
        }
        other = ticket.client;
      }
    }
    if (!other.isEmpty()) {
      throw settings.wrongPrincipal(other, origin);
    }
    return null;
  }

  /**
   * A Subject with the tickets of one client only: without a credential the JDK acts as the client
   * of the first ticket that it finds.
   */
  private Subject ticketsOf(String client) {
    Subject alone = new Subject();
    for (Ticket ticket : tickets) {
      if (ticket.client.equals(client)) {
        alone.getPrivateCredentials().add(ticket.ticket);
      }
    }
    alone.setReadOnly(); // otherwise the JDK destroys an expired ticket, which the program owns
    return alone;
  }
}
