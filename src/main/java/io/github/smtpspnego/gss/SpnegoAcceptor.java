package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * The acceptor of one negotiation, around the JDK's own. A client may begin with SPNEGO or, as RFC
 * 4752 has it, with Kerberos (MS-SSEAN section 1.6: both can succeed).
 *
 * <p>The JDK follows whatever mechanism a token nests, SPNEGO in SPNEGO without end, and knows no
 * NegTokenInit without a mechToken. So each SPNEGO token is read here first, and what the JDK gets
 * to see is this reading, encoded again, with a Kerberos AP-REQ in it or nothing.
 *
 * <p>Every call must be made as the Subject whose keys are meant.
 */
public final class SpnegoAcceptor {
  /** The largest token taken from a client, in octets, the same as from a server. */
  public static final int MAX_TOKEN = SpnegoInitiator.MAX_TOKEN;

  /** Who the client is, once that is proved. */
  private record Peer(String client, String target, Optional<GSSCredential> delegated) {}

  private final AcceptorFailures failures;
  private final GSSContext context;
  private int tokens;
  private boolean spnego;
  private Optional<ApReqMessage> apReq = Optional.empty();
  private @Nullable Peer peer;

  /**
   * Creates the negotiation; nothing is read yet.
   *
   * @param credential the credential to use; null for the Subject's own
   * @param attempt the attempt in words, the start of a sentence: "Accepting a client with the
   *     keytab /etc/mail.keytab"
   * @param keys which keys there are, in a sentence or nothing; asked only when a ticket fits none
   * @throws SpnegoException if the JDK cannot make a context
   */
  public SpnegoAcceptor(@Nullable GSSCredential credential, String attempt, Supplier<String> keys)
      throws SpnegoException {
    this.failures = new AcceptorFailures(attempt, keys);
    try {
      context = GSSManager.getInstance().createContext(credential);
    } catch (GSSException | RuntimeException e) {
      throw explain(e);
    }
  }

  /**
   * Takes the client's next token.
   *
   * @param token its octets
   * @return the token to send; empty where there is none
   * @throws SpnegoException if it is not one that leads to a proved client
   */
  public byte[] accept(byte[] token) throws SpnegoException {
    if (token.length > MAX_TOKEN) {
      throw failures.refused(
          Reason.PROTOCOL,
          String.format(
              Locale.ROOT, "a token of %d octets, more than %d", token.length, MAX_TOKEN));
    }
    byte[] checked = tokens++ == 0 ? first(token) : later(token);
    byte[] reply;
    try {
      reply = context.acceptSecContext(checked, 0, checked.length);
    } catch (GSSException | RuntimeException e) {
      throw explain(e);
    }
    if (context.isEstablished()) {
      // Two copies at once: both passed the first look.
      if (!ReplayCache.shared().add(apReq.orElseThrow().authenticator())) {
        throw failures.replay(apReq, null);
      }
      peer = readPeer();
    }
    return reply == null ? new byte[0] : reply;
  }

  /**
   * Whether the client is proved.
   *
   * @return true after the last token
   */
  public boolean isEstablished() {
    return peer != null;
  }

  /**
   * Whether the client began with SPNEGO rather than with Kerberos.
   *
   * @return true for SPNEGO
   */
  public boolean isSpnego() {
    return spnego;
  }

  /**
   * The client, once it is proved.
   *
   * @return its principal with its realm
   */
  public String client() {
    return peer().client();
  }

  /**
   * Which of the server's names the ticket is for, once the client is proved.
   *
   * @return the principal with its realm
   */
  public String target() {
    return peer().target();
  }

  /**
   * The ticket that the client forwarded.
   *
   * @return a credential to act as the client, empty where it forwarded none
   */
  public Optional<GSSCredential> delegated() {
    return peer().delegated();
  }

  /**
   * Which of the layers the context can give: the client need not have asked for all of them, and
   * the JDK would send in the clear what it was told to encrypt.
   *
   * @param wanted the layers wanted
   * @return those of them that can be offered, in the same order
   */
  public List<Qop> possible(List<Qop> wanted) {
    return wanted.stream()
        .filter(
            layer ->
                switch (layer) {
                  case AUTH -> true;
                  case AUTH_INT -> context.getIntegState();
                  case AUTH_CONF -> context.getIntegState() && context.getConfState();
                })
        .toList();
  }

  /**
   * Protects messages once the context is established.
   *
   * @return the per-message calls of this context
   */
  public MessageProtection protection() {
    return new MessageProtection(context);
  }

  /** Forgets the context's keys; may be called again. What was learned of the client stays. */
  public void dispose() {
    try {
      context.dispose();
    } catch (GSSException | RuntimeException e) {
      // Nothing is left to be lost, and nobody could do anything about it.
    }
  }

  private byte[] first(byte[] token) throws SpnegoException {
    PeerToken received = PeerToken.of(token);
    if (received instanceof PeerToken.KerberosApReq) {
      return kerberos(token);
    }
    if (received instanceof PeerToken.Init init) {
      spnego = true;
      return forTheJdk(init).encode();
    }
    throw failures.refused(
        received instanceof PeerToken.Malformed ? Reason.MALFORMED_TOKEN : Reason.NOT_SPNEGO,
        received.describe() + ", neither a NegTokenInit nor a Kerberos AP-REQ");
  }

  /** After a NegTokenInit without a Kerberos token: the NegTokenResp that brings it. */
  private byte[] later(byte[] token) throws SpnegoException {
    PeerToken received = PeerToken.of(token);
    if (spnego
        && received instanceof PeerToken.Resp resp
        && resp.token().responseToken().isPresent()) {
      byte[] mechToken = nested(resp.token().responseToken().get());
      return new NegTokenResp(
              Optional.of(NegState.ACCEPT_INCOMPLETE),
              Optional.of(Oids.KERBEROS),
              Optional.of(mechToken),
              Optional.empty())
          .encode();
    }
    throw failures.refused(
        Reason.PROTOCOL, received.describe() + ", where a NegTokenResp with a token was due");
  }

  private NegTokenInit forTheJdk(PeerToken.Init init) throws SpnegoException {
    List<Oid> offered = new ArrayList<>(init.token().mechTypes());
    if (offered.stream().noneMatch(Oids::isKerberos)) {
      throw failures.refused(Reason.NOT_SPNEGO, init.describe() + ", without Kerberos");
    }
    if (!offered.contains(Oids.KERBEROS)) {
      offered.add(Oids.KERBEROS); // under Microsoft's identifier alone the JDK does not know it
    }
    if (Oids.isKerberos(offered.get(0)) && init.token().mechToken().isPresent()) {
      byte[] mechToken = nested(init.token().mechToken().get());
      return new NegTokenInit(offered, Optional.of(mechToken));
    }
    // With another mechanism first the JDK ignores the mechToken, and asks for Kerberos's.
    return new NegTokenInit(List.of(Oids.NEGOEX, Oids.KERBEROS), Optional.empty());
  }

  private byte[] nested(byte[] mechToken) throws SpnegoException {
    PeerToken received = PeerToken.of(mechToken);
    if (!(received instanceof PeerToken.KerberosApReq)) {
      throw failures.refused(
          received instanceof PeerToken.Malformed ? Reason.MALFORMED_TOKEN : Reason.NOT_SPNEGO,
          received.describe() + " inside SPNEGO, where a Kerberos AP-REQ was due");
    }
    return kerberos(mechToken);
  }

  private byte[] kerberos(byte[] token) throws SpnegoException {
    ApReqMessage request;
    try {
      request = ApReqMessage.read(token);
    } catch (Der.MalformedException e) {
      throw failures.refused(Reason.MALFORMED_TOKEN, "a damaged AP-REQ (" + e.getMessage() + ")");
    }
    apReq = Optional.of(request);
    if (ReplayCache.shared().contains(request.authenticator())) {
      throw failures.replay(apReq, null);
    }
    return token;
  }

  private Peer readPeer() throws SpnegoException {
    try {
      GSSName client = context.getSrcName();
      GSSName target = context.getTargName();
      if (client == null || target == null || client.isAnonymous()) {
        throw new GSSException(GSSException.FAILURE, -1, "the context does not name its two sides");
      }
      return new Peer(
          client.toString(),
          target.toString(),
          context.getCredDelegState()
              ? Optional.ofNullable(context.getDelegCred())
              : Optional.empty());
    } catch (GSSException | RuntimeException e) {
      throw explain(e);
    }
  }

  private Peer peer() {
    if (peer == null) {
      throw new IllegalStateException("the client is not proved");
    }
    return peer;
  }

  private SpnegoException explain(Exception failure) {
    return failures.explain(apReq, tokens > 1, failure);
  }
}
