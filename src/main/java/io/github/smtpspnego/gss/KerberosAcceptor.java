package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.ClockSkew;
import io.github.smtpspnego.kerberos.KerberosFailure;
import io.github.smtpspnego.kerberos.Printable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivilegedExceptionAction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.MessageProp;
import org.jspecify.annotations.Nullable;

/**
 * The acceptor of one Kerberos context (RFC 4121). It wraps the JDK's acceptor. It accepts one
 * token, an AP-REQ, and answers with the AP-REP if the client requests mutual authentication.
 */
final class KerberosAcceptor {
  private static final Subject NOBODY = new Subject(true, Set.of(), Set.of(), Set.of());

  private static final int MOST_SHOWN = 5;

  private final AcceptorKeys keys;
  private final Replays replays;
  private final String attempt;
  private @Nullable TicketLabel ticket;
  private @Nullable GSSContext context;
  private @Nullable Peer peer;

  KerberosAcceptor(AcceptorKeys keys, Replays replays, String attempt) {
    this.keys = keys;
    this.replays = replays;
    this.attempt = attempt;
  }

  /**
   * Processes the client's token.
   *
   * @return the token with the AP-REP; null if the client did not request one
   * @throws SpnegoException if the client is not authenticated
   */
  byte @Nullable [] accept(ApReqMessage message) throws SpnegoException {
    ticket = message.ticket;
    List<AcceptorKey> candidates = keys.forTicket(message.ticket);
    Exception failure = null;
    for (AcceptorKey key : candidates) {
      try {
        GSSContext made = Gss.MANAGER.createContext(key.credential());
        context = made;
        byte[] token =
            key.principal().isEmpty() ? message.token() : message.token(key.principal().get());
        byte[] reply = asNobody(key, () -> made.acceptSecContext(token, 0, token.length));
        remember(message);
        peer = asNobody(key, () -> peer(made, key, message.ticket));
        return reply;
      } catch (SpnegoException e) {
        dispose();
        throw e;
      } catch (GSSException | RuntimeException e) {
        dispose();
        if (!isAboutKey(KerberosFailure.reason(e))) {
          throw explain(e);
        }
        failure = e;
      }
    }
    throw unreadable(candidates, Objects.requireNonNull(failure)); // there is one key at least
  }

  /**
   * Does something without the calling thread's Subject. With a ticket of the server's own there
   * the JDK would make a credential by which the server acts as the client (S4U2proxy), and take it
   * for one that the client forwarded. The native library would look for its key there.
   */
  private static <T> T asNobody(AcceptorKey key, PrivilegedExceptionAction<T> action)
      throws GSSException {
    try {
      return key.credential() == null ? action.run() : Subject.doAs(NOBODY, action);
    } catch (GSSException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      if (e.getCause() instanceof GSSException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    }
  }

  /**
   * Remembers a token. The time in its authenticator is encrypted and differs from now by at most
   * the clock skew, so the token is valid for at most twice the clock skew from now on.
   */
  private void remember(ApReqMessage message) throws SpnegoException {
    boolean isNew;
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(message.authenticator());
      Instant until = Instant.now().plusSeconds(2 * ClockSkew.longest().toSeconds() + 1);
      isNew = replays.add(digest, until);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new SpnegoException(
          Reason.REPLAY_MEMORY,
          tried() + ": " + Printable.of(String.valueOf(e.getMessage())) + ".",
          e);
    }
    if (!isNew) {
      throw replay(null);
    }
  }

  private static Peer peer(GSSContext established, AcceptorKey key, TicketLabel label)
      throws GSSException {
    GSSName source = established.getSrcName();
    if (!established.isEstablished() || source == null || source.isAnonymous()) {
      throw new GSSException(GSSException.FAILURE, -1, "the context does not name the client");
    }
    String client = source.toString();
    if (client.contains("\\@")) { // the JDK writes a\ of the realm B@C, and a@B of C, alike
      throw new GSSException(GSSException.FAILURE, -1, "the client's realm is not known for sure");
    }
    GSSCredential forwarded = established.getCredDelegState() ? established.getDelegCred() : null;
    if (forwarded != null && !forwarded.getName().toString().equals(client)) {
      forwarded.dispose(); // the client chose that name
      forwarded = null;
    }
    return new Peer(
        client,
        // The client chooses the name that is written on the ticket, but not whose key reads it.
        key.principal().orElseGet(label::principal),
        Optional.ofNullable(forwarded));
  }

  /** What the token proved; null before one was accepted. */
  @Nullable Peer peer() {
    return peer;
  }

  SecurityLayer layer() {
    return new SecurityLayer(context());
  }

  /** {@code GSS_GetMIC}, RFC 2743 section 2.3.1. */
  byte[] mic(byte[] message) throws SpnegoException {
    try {
      return context().getMIC(message, 0, message.length, new MessageProp(0, false));
    } catch (GSSException | RuntimeException e) {
      throw explain(e);
    }
  }

  /**
   * {@code GSS_VerifyMIC}, RFC 2743 section 2.3.2.
   *
   * @throws GSSException if the token does not sign the message
   */
  void verifyMic(byte[] mic, byte[] message) throws GSSException {
    MessageProp properties = new MessageProp(false);
    context().verifyMIC(mic, 0, mic.length, message, 0, message.length, properties);
    if (properties.isDuplicateToken() || properties.isOldToken()) {
      throw new GSSException(GSSException.DUPLICATE_TOKEN);
    }
  }

  /** Forgets the context's keys; may be called again. What was learned of the client stays. */
  void dispose() {
    Gss.dispose(context);
  }

  private GSSContext context() {
    if (context == null) {
      throw new IllegalStateException("no token was accepted");
    }
    return context;
  }

  private SpnegoException replay(@Nullable Exception failure) {
    return new SpnegoException(
        Reason.REPLAY, tried() + ": the client's token was received before.", failure);
  }

  private SpnegoException unreadable(List<AcceptorKey> tried, Exception failure) {
    List<String> owners = new ArrayList<>();
    for (AcceptorKey key : tried) {
      key.principal().ifPresent(owners::add);
    }
    return new SpnegoException(
        KerberosFailure.reason(failure),
        tried()
            + ": it does not fit the server's key"
            + (owners.isEmpty() ? "." : " of " + Printable.list(owners, MOST_SHOWN) + "."),
        "Have the client get a new ticket; if that changes nothing, make a new keytab.",
        failure);
  }

  private SpnegoException explain(Exception failure) {
    if (failure instanceof GSSException gss && gss.getMajor() == GSSException.NO_CRED) {
      return KerberosFailure.explain(Reason.ACCEPTOR_CREDENTIALS, tried(), failure);
    }
    Reason reason = KerberosFailure.reason(failure);
    return reason == Reason.REPLAY ? replay(failure) : KerberosFailure.explain(tried(), failure);
  }

  private static boolean isAboutKey(Reason reason) {
    return reason == Reason.MESSAGE_MODIFIED || reason == Reason.ENCRYPTION_TYPE;
  }

  private String tried() {
    return ticket == null ? attempt : attempt + ", " + ticket.describe();
  }
}
