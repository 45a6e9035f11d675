package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.AcceptorKey;
import io.github.smtpspnego.gss.TicketLabel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/** The keys of a keytab file. */
final class AcceptorKeytab extends AcceptorCredentials {
  private final Path file;

  /** The keys chosen last: nearly all clients ask for the same name. */
  private volatile @Nullable Choice latest;

  private static final class Choice {
    final TicketLabel ticket;
    final Map<String, Set<Integer>> held;
    final List<AcceptorKey> keys;

    Choice(TicketLabel ticket, Map<String, Set<Integer>> held, List<AcceptorKey> keys) {
      this.ticket = ticket;
      this.held = held;
      this.keys = keys;
    }
  }

  AcceptorKeytab(Path file, AcceptedNames names) {
    super(names);
    this.file = file;
  }

  @Override
  public String describe() {
    return "with the keytab " + file;
  }

  @Override
  public void check() throws SpnegoException {
    accepted(encryptionTypes().keySet());
  }

  @Override
  public List<AcceptorKey> forTicket(TicketLabel ticket) throws SpnegoException {
    Map<String, Set<Integer>> held = encryptionTypes();
    Choice known = latest;
    // By value: if a new file has the same names and types, the JDK reads its keys itself.
    return known != null && known.held.equals(held) && known.ticket.equals(ticket)
        ? known.keys
        : super.forTicket(ticket);
  }

  @Override
  List<AcceptorKey> candidates(TicketLabel ticket) throws SpnegoException {
    Map<String, Set<Integer>> held = encryptionTypes();
    List<String> chosen = choose(ticket, held.keySet());
    List<String> fitting = new ArrayList<>(chosen);
    fitting.removeIf(
        owner -> !held.getOrDefault(owner, Set.of()).contains(ticket.encryptionType()));
    if (fitting.isEmpty()) {
      throw fault(
          Reason.ENCRYPTION_TYPE,
          "the client sent "
              + ticket.describe()
              + ", and the keys of "
              + shown(chosen)
              + " are of other encryption types",
          null);
    }
    List<AcceptorKey> keys = keys(fitting);
    latest = new Choice(ticket, held, keys);
    return keys;
  }

  @Override
  GSSCredential credential(String owner) throws GSSException {
    return SharedKeytab.of(file).credential(owner);
  }

  /** The encryption types of each principal in the file. */
  private Map<String, Set<Integer>> encryptionTypes() throws SpnegoException {
    needsJavaKerberos();
    try {
      return SharedKeytab.of(file).keys();
    } catch (IOException e) {
      throw none(String.valueOf(e.getMessage()));
    }
  }
}
