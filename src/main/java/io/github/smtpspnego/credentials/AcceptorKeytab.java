package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.AcceptorKey;
import io.github.smtpspnego.gss.TicketLabel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    final SharedKeytab.Contents contents;
    final List<AcceptorKey> keys;

    Choice(TicketLabel ticket, SharedKeytab.Contents contents, List<AcceptorKey> keys) {
      this.ticket = ticket;
      this.contents = contents;
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
    accepted(contents().owners());
  }

  @Override
  public List<AcceptorKey> forTicket(TicketLabel ticket) throws SpnegoException {
    SharedKeytab.Contents contents = contents();
    Choice known = latest;
    if (known == null || !known.contents.equals(contents) || !known.ticket.equals(ticket)) {
      known = new Choice(ticket, contents, super.forTicket(ticket));
      latest = known;
    }
    return known.keys;
  }

  @Override
  List<AcceptorKey> candidates(TicketLabel ticket) throws SpnegoException {
    SharedKeytab.Contents contents = contents();
    List<String> chosen = choose(ticket, contents.owners());
    List<String> fitting = new ArrayList<>(chosen);
    fitting.removeIf(owner -> !contents.encryptionTypes(owner).contains(ticket.encryptionType()));
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
    return keys(fitting);
  }

  @Override
  GSSCredential credential(String owner) throws GSSException {
    return SharedKeytab.of(file).credential(owner);
  }

  private SharedKeytab.Contents contents() throws SpnegoException {
    needsJavaKerberos();
    SharedKeytab.Contents contents = SharedKeytab.of(file).contents();
    if (!contents.fault.isEmpty()) {
      throw none(contents.fault);
    }
    return contents;
  }
}
