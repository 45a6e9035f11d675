package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.AcceptorKey;
import io.github.smtpspnego.gss.Gss;
import io.github.smtpspnego.gss.TicketLabel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;
import org.ietf.jgss.GSSException;

/**
 * The keys in a Subject. A {@code KeyTab} that is bound to no principal cannot be listed, but asked
 * for the keys of a principal.
 */
final class AcceptorSubject extends AcceptorCredentials {
  private final Subject subject;
  private final String description;

  AcceptorSubject(Subject subject, String description, AcceptedNames names) {
    super(names);
    this.subject = subject;
    this.description = description;
  }

  static boolean holdsKeys(Subject subject) {
    return !subject.getPrivateCredentials(KeyTab.class).isEmpty()
        || !subject.getPrivateCredentials(KerberosKey.class).isEmpty();
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void check() throws SpnegoException {
    Set<String> owners = listed();
    if (!owners.isEmpty() || unbound().isEmpty()) {
      accepted(owners);
    }
  }

  @Override
  List<AcceptorKey> candidates(TicketLabel ticket) throws SpnegoException {
    Set<String> owners = listed();
    Collection<KeyTab> unbound = unbound();
    for (String alias : names().aliases(ticket.name())) {
      String owner = alias + "@" + ticket.realm();
      if (unbound.stream().anyMatch(table -> holds(table, owner))) {
        owners.add(owner);
      }
    }
    if (owners.isEmpty() && !unbound.isEmpty()) {
      throw wrongTarget(ticket, "and the keytab has no key of that name");
    }
    List<AcceptorKey> candidates = new ArrayList<>();
    for (String owner : choose(ticket, owners)) {
      try {
        candidates.add(
            new AcceptorKey(
                Optional.of(owner), Subjects.getAs(subject, () -> Gss.acceptorCredential(owner))));
      } catch (GSSException | RuntimeException e) {
        throw fault(Reason.ACCEPTOR_CREDENTIALS, "the key of " + owner + " cannot be used", e);
      }
    }
    return candidates;
  }

  /** Whose keys are known to be there. */
  private Set<String> listed() {
    Set<String> owners = new LinkedHashSet<>();
    for (KerberosKey key : subject.getPrivateCredentials(KerberosKey.class)) {
      owners.add(key.getPrincipal().getName());
    }
    for (KeyTab table : subject.getPrivateCredentials(KeyTab.class)) {
      KerberosPrincipal bound = table.getPrincipal();
      if (bound != null) {
        owners.add(bound.getName());
      } else if (table.isBound()) { // to somebody of the Subject's, KeyTab.getInstance(File) says
        for (KerberosPrincipal principal : subject.getPrincipals(KerberosPrincipal.class)) {
          owners.add(principal.getName());
        }
      }
    }
    return owners;
  }

  private Collection<KeyTab> unbound() {
    return subject.getPrivateCredentials(KeyTab.class).stream()
        .filter(table -> !table.isBound())
        .toList();
  }

  private static boolean holds(KeyTab table, String owner) {
    try {
      return table.getKeys(new KerberosPrincipal(owner)).length > 0;
    } catch (IllegalArgumentException e) {
      return false; // no name for Kerberos
    }
  }
}
