package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.gss.AcceptorKey;
import io.github.smtpspnego.gss.Gss;
import io.github.smtpspnego.gss.TicketLabel;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;

/**
 * The keys in a Subject. A {@code KeyTab} that is not bound to a principal cannot be listed. It can
 * only be asked for the keys of a given principal.
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
    needsJavaKerberos();
    Set<String> owners = listed();
    if (!unbound().isEmpty()) {
      if (names().principal().equals(AcceptedNames.ANY)
          || (names().principal().isEmpty() && names().hosts().isEmpty())) {
        return; // the name to ask the keytab for is not known before a ticket comes
      }
      for (String host : names().hosts()) {
        for (String service : names().services()) {
          addHeld(owners, names().aliases(List.of(service, host)), "");
        }
      }
      addHeld(owners, List.of(names().principal()), "");
    }
    accepted(owners);
  }

  @Override
  List<AcceptorKey> candidates(TicketLabel ticket) throws SpnegoException {
    needsJavaKerberos();
    Set<String> owners = listed();
    if (!unbound().isEmpty()) {
      addHeld(owners, names().aliases(ticket.name()), "@" + ticket.realm());
      addHeld(owners, List.of(names().principal()), "");
      if (owners.isEmpty()) {
        throw wrongTarget(ticket, "and the keytab has no key of that name");
      }
    }
    return keys(choose(ticket, owners));
  }

  @Override
  GSSCredential credential(String owner) throws GSSException {
    return Subjects.doAs(subject, GSSException.class, () -> Gss.acceptorCredential(owner));
  }

  /** The owners of the keys that can be listed. */
  private Set<String> listed() {
    Set<String> owners = new LinkedHashSet<>();
    for (KerberosKey key : subject.getPrivateCredentials(KerberosKey.class)) {
      owners.add(key.getPrincipal().getName());
    }
    for (KeyTab table : subject.getPrivateCredentials(KeyTab.class)) {
      KerberosPrincipal bound = table.getPrincipal();
      if (bound != null) {
        owners.add(bound.getName());
      } else if (table.isBound()) { // to any principal of the Subject: KeyTab.getInstance(File)
        for (KerberosPrincipal principal : subject.getPrincipals(KerberosPrincipal.class)) {
          owners.add(principal.getName());
        }
      }
    }
    return owners;
  }

  /** Adds those of the names that an unbound keytab has keys for. */
  private void addHeld(Set<String> owners, List<String> names, String realm) {
    Collection<KeyTab> unbound = unbound();
    for (String name : names) {
      try {
        KerberosPrincipal owner = new KerberosPrincipal(name + realm);
        for (KeyTab table : unbound) {
          if (table.getKeys(owner).length > 0) {
            owners.add(owner.getName());
          }
        }
      } catch (IllegalArgumentException e) {
        // The client's name is not a Kerberos principal, or there is no default realm.
      }
    }
  }

  private Collection<KeyTab> unbound() {
    Collection<KeyTab> tables = subject.getPrivateCredentials(KeyTab.class); // a copy
    tables.removeIf(KeyTab::isBound);
    return tables;
  }
}
