package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.AcceptorKey;
import io.github.smtpspnego.gss.Oids;
import io.github.smtpspnego.gss.TicketLabel;
import java.util.List;
import java.util.Optional;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;
import org.jspecify.annotations.Nullable;

/**
 * A GSS credential, or the native library's default. A credential without a name may contain keys
 * of any service, and the JDK does not tell which of them decrypts a ticket. So it is used only if
 * the settings say that all its keys are for mail.
 */
final class AcceptorGssCredential extends AcceptorCredentials {
  private final @Nullable GSSCredential credential;

  AcceptorGssCredential(@Nullable GSSCredential credential, AcceptedNames names) {
    super(names);
    this.credential = credential;
  }

  @Override
  public String describe() {
    return credential == null
        ? "with the native GSS library's credentials"
        : "with the caller's GSS credential";
  }

  @Override
  public void check() throws SpnegoException {
    Optional<String> owner = owner();
    if (owner.isPresent()) {
      accepted(List.of(owner.get()));
      return;
    }
    if (!names().principal().equals(AcceptedNames.ANY)) {
      throw unnamed("so that its keys cannot be told apart");
    }
    if (credential != null && names().hosts().isEmpty()) {
      throw unnamed("and no host is set");
    }
  }

  @Override
  List<AcceptorKey> candidates(TicketLabel ticket) throws SpnegoException {
    check();
    Optional<String> owner = owner();
    if (owner.isPresent()) {
      return keys(choose(ticket, List.of(owner.get())));
    }
    // The JDK keeps a list of replays for each name. If names come from the ticket, its realm must
    // be one of the settings: with "any realm" clients could invent names without limit.
    String realm = UserName.defaultRealm();
    if (realm.isEmpty()) {
      throw fault(Reason.NO_REALM, "the realm of its keys is not known", null);
    }
    boolean isAccepted =
        credential == null
            ? names().acceptsTicketOf(ticket.realm(), realm)
            : ticket.realm().equals(realm) || names().realms().contains(ticket.realm());
    if (!isAccepted) {
      throw wrongTarget(ticket, "in another realm than " + realm);
    }
    if (credential == null) {
      return List.of(new AcceptorKey(Optional.empty(), null));
    }
    String canonical = names().canonical(ticket.name());
    if (canonical == null) {
      throw wrongTarget(ticket, "not for one of the names that are set");
    }
    return keys(List.of(canonical + "@" + ticket.realm()));
  }

  @Override
  @Nullable GSSCredential credential(String owner) {
    return credential;
  }

  /** The principal of the credential; empty if it has none. */
  private Optional<String> owner() throws SpnegoException {
    if (credential == null) {
      return Optional.empty();
    }
    try {
      if (credential.getUsage(Oids.KERBEROS) == GSSCredential.INITIATE_ONLY) {
        throw none("it is for initiating only; make it with ACCEPT_ONLY, for Kerberos");
      }
      GSSName name = credential.getName(Oids.KERBEROS);
      return name == null ? Optional.empty() : Optional.of(name.toString());
    } catch (GSSException | RuntimeException e) {
      throw fault(
          Reason.ACCEPTOR_CREDENTIALS,
          "it cannot be used with Kerberos; hand over one that is for accepting with Kerberos,"
              + " valid, and not disposed",
          e);
    }
  }

  private SpnegoException unnamed(String why) {
    return unusable(
        "the credential has no name, " + why,
        "Use a keytab. Or, where all keys are for mail, set anyKey() and hosts (principal=* and hosts).");
  }
}
