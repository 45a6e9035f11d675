package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/** The credentials in a Subject that a program made, and which of them are good. */
final class SubjectCredentials {
  private final Subject subject;
  private final String origin;
  private final List<NamedCredential> credentials = new ArrayList<>();
  private final List<Ticket> tickets = new ArrayList<>();
  private String expired = "";

  /** Looks through a Subject; the origin says which, for messages: "with the caller's Subject". */
  SubjectCredentials(Subject subject, String origin) {
    this.subject = subject;
    this.origin = origin;
    long now = System.currentTimeMillis();
    for (Object held : subject.getPrivateCredentials().toArray()) {
      if (held instanceof GSSCredential credential) {
        add(credential);
      } else if (held instanceof KerberosTicket kerberos) {
        add(Ticket.of(kerberos), now);
      }
    }
  }

  private void add(@Nullable Ticket ticket, long now) {
    if (ticket == null) {
      return; // destroyed
    }
    if (ticket.isGood(now)) {
      tickets.add(ticket);
    } else {
      Instant end = Instant.ofEpochMilli(ticket.end).truncatedTo(ChronoUnit.SECONDS);
      expired = "the ticket of " + ticket.client + " for " + ticket.server + " at " + end;
    }
  }

  private void add(GSSCredential credential) {
    try {
      NamedCredential named = NamedCredential.of(credential);
      if (named.isGood()) {
        credentials.add(named);
      } else {
        expired = "the GSS credential of " + named.name();
      }
    } catch (GSSException | RuntimeException e) {
      // It is for accepting, of another mechanism, or disposed.
    }
  }

  /** What has expired, as a part of a sentence; empty where nothing has. */
  String expired() {
    return expired;
  }

  /**
   * The first that is good and of the principal wanted: a GSS credential, a ticket-granting ticket,
   * or where the JDK looks for service tickets in a Subject one of those.
   *
   * @return null where nothing is good
   * @throws SpnegoException if what is good is somebody else's, or cannot be used here
   */
  @Nullable InitiatorCredentials good(CredentialSettings settings) throws SpnegoException {
    String other = "";
    for (NamedCredential held : credentials) {
      if (settings.isWanted(held.name())) {
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
        if (settings.isWanted(made.name())) {
          return InitiatorCredentials.of(made.name(), origin, made.credential(), subject);
        }
        other = made.name();
      }
    }
    // With useSubjectCredsOnly=false the JDK does not look for service tickets in a Subject.
    if (!"false".equalsIgnoreCase(System.getProperty("javax.security.auth.useSubjectCredsOnly"))) {
      for (Ticket ticket : tickets) {
        if (settings.isWanted(ticket.client)) {
          return InitiatorCredentials.of(ticket.client, origin, null, ticketsOf(ticket.client));
        }
        other = ticket.client;
      }
    }
    if (!other.isEmpty()) {
      throw settings.notWanted(other, origin);
    }
    return null;
  }

  /**
   * A Subject with the tickets of one client alone: without a credential the JDK acts as the client
   * of the first ticket that it finds.
   */
  private Subject ticketsOf(String client) {
    Subject alone = new Subject();
    for (Ticket ticket : tickets) {
      if (ticket.client.equals(client)) {
        alone.getPrivateCredentials().add(ticket.ticket);
      }
    }
    alone.setReadOnly(); // else the JDK destroys a ticket that expires, which is not ours
    return alone;
  }
}
