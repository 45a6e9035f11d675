package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
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
 * <p>Tokens are to be accepted as the Subject whose keys are meant.
 */
public final class SpnegoAcceptor {
  /** The largest token taken from a client, in octets, the same as from a server. */
  public static final int MAX_TOKEN = SpnegoInitiator.MAX_TOKEN;

  private final Supplier<String> attempt;
  private final Supplier<String> keys;
  private final GSSContext context;
  private int tokens;
  private boolean spnego;
  private @Nullable ApReqMessage apReq;
  private @Nullable String client;
  private @Nullable String target;
  private @Nullable GSSCredential delegated;

  /**
   * Creates the negotiation; nothing is read yet.
   *
   * @param credential the credential to use; null for the Subject's own
   * @param attempt the attempt in words, asked for where something goes wrong; the start of a
   *     sentence: "Accepting a client with the keytab /etc/mail.keytab"
   * @param keys which keys there are, in a sentence or nothing; asked only when a ticket fits none
   * @throws SpnegoException if the JDK cannot make a context
   */
  public SpnegoAcceptor(
      @Nullable GSSCredential credential, Supplier<String> attempt, Supplier<String> keys)
      throws SpnegoException {
    this.attempt = attempt;
    this.keys = keys;
    try {
      context = Gss.MANAGER.createContext(credential);
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
      throw refused(
          Reason.PROTOCOL, "a token of " + token.length + " octets, more than " + MAX_TOKEN);
    }
    byte[] checked = tokens++ == 0 ? first(token) : later(token);
    byte[] reply;
    try {
      reply = context.acceptSecContext(checked, 0, checked.length);
      if (context.isEstablished()) {
        // Two copies at once: both passed the first look.
        if (apReq == null || !ReplayCache.shared().add(apReq.authenticator)) {
          throw replay(null);
        }
        readPeer();
      }
    } catch (GSSException | RuntimeException e) {
      throw explain(e);
    }
    return reply == null ? new byte[0] : reply;
  }

  /**
   * Whether the client is proved.
   *
   * @return true after the last token
   */
  public boolean isEstablished() {
    return client != null;
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
    return proved(client);
  }

  /**
   * Which of the server's names the ticket is for, once the client is proved.
   *
   * @return the principal with its realm
   */
  public String target() {
    return proved(target);
  }

  /**
   * The ticket that the client forwarded.
   *
   * @return a credential to act as the client, empty where it forwarded none
   */
  public Optional<GSSCredential> delegated() {
    return Optional.ofNullable(delegated);
  }

  /**
   * Which of the layers the context can give: the client need not have asked for all of them, and
   * the JDK would send in the clear what it was told to encrypt.
   *
   * @param wanted the layers wanted
   * @return those of them that can be offered, in the same order
   */
  public List<Qop> possible(List<Qop> wanted) {
    boolean integrity = context.getIntegState();
    boolean confidentiality = integrity && context.getConfState();
    List<Qop> possible = new ArrayList<>();
    for (Qop layer : wanted) {
      if (layer == Qop.AUTH || (layer == Qop.AUTH_INT ? integrity : confidentiality)) {
        possible.add(layer);
      }
    }
    return possible;
  }

  /**
   * Protects messages once the context is established.
   *
   * @return what the layer offer and the choice travel in
   */
  public SecurityLayer layer() {
    return new SecurityLayer(context);
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
    PeerToken received = new PeerToken(token);
    NegTokenInit init = received.init();
    if (init != null) {
      spnego = true;
      return forTheJdk(init);
    }
    return apReq(received, token, ", neither a NegTokenInit nor a Kerberos AP-REQ");
  }

  /** After a NegTokenInit without a Kerberos token: the NegTokenResp that brings it. */
  private byte[] later(byte[] token) throws SpnegoException {
    PeerToken received = new PeerToken(token);
    NegTokenResp resp = received.resp();
    if (!spnego || resp == null || resp.responseToken == null) {
      throw refused(
          Reason.PROTOCOL, received.describe() + ", where a NegTokenResp with a token was due");
    }
    return NegTokenResp.encode(
        NegTokenResp.ACCEPT_INCOMPLETE, Oids.KERBEROS, nested(resp.responseToken), null);
  }

  private byte[] forTheJdk(NegTokenInit init) throws SpnegoException {
    List<Oid> offered = new ArrayList<>(init.mechTypes);
    if (!offered.contains(Oids.KERBEROS) && !offered.contains(Oids.MS_KERBEROS)) {
      throw refused(Reason.NOT_SPNEGO, init.describe() + ", without Kerberos");
    }
    if (!offered.contains(Oids.KERBEROS)) {
      offered.add(Oids.KERBEROS); // under Microsoft's identifier alone the JDK does not know it
    }
    if (Oids.isKerberos(offered.get(0)) && init.mechToken != null) {
      return NegTokenInit.encode(offered, nested(init.mechToken));
    }
    // With another mechanism first the JDK ignores the mechToken, and asks for Kerberos's.
    return NegTokenInit.encode(List.of(Oids.NEGOEX, Oids.KERBEROS), null);
  }

  private byte[] nested(byte[] mechToken) throws SpnegoException {
    return apReq(
        new PeerToken(mechToken), mechToken, " inside SPNEGO, where a Kerberos AP-REQ was due");
  }

  private byte[] apReq(PeerToken received, byte[] token, String wrong) throws SpnegoException {
    apReq = received.apReq();
    if (apReq == null) {
      throw refused(received.reason(), received.describe() + wrong);
    }
    if (ReplayCache.shared().contains(apReq.authenticator)) {
      throw replay(null);
    }
    return token;
  }

  private void readPeer() throws GSSException {
    GSSName source = context.getSrcName();
    GSSName ours = context.getTargName();
    if (source == null || ours == null || source.isAnonymous()) {
      throw new GSSException(GSSException.FAILURE, -1, "the context does not name its two sides");
    }
    delegated = context.getCredDelegState() ? context.getDelegCred() : null;
    target = ours.toString();
    client = source.toString();
  }

  private static String proved(@Nullable String name) {
    if (name == null) {
      throw new IllegalStateException("the client is not proved");
    }
    return name;
  }

  private SpnegoException refused(Reason reason, String what) {
    return new SpnegoException(
        reason,
        attempt.get() + ": the client sent " + what + ".",
        "Have the client speak SPNEGO with Kerberos, or Kerberos (RFC 4752).",
        null);
  }

  private SpnegoException replay(@Nullable Exception failure) {
    return new SpnegoException(
        Reason.PROTOCOL,
        tried() + ": the client's token was received before (a replay).",
        "Have the client make a new token; if nobody sent it twice, somebody listens.",
        failure);
  }

  private SpnegoException explain(Exception failure) {
    Reason reason = reason(failure);
    if (reason == Reason.ACCEPTOR_CREDENTIALS) {
      return new SpnegoException(
          reason, tried() + ": there is no key to accept with." + held(), failure);
    }
    if (reason == Reason.MESSAGE_MODIFIED || reason == Reason.ENCRYPTION_TYPE) {
      return new SpnegoException(
          reason,
          tried() + ": it does not fit the server's key." + held(),
          "Have the client get a new ticket; if that changes nothing, make a new keytab.",
          failure);
    }
    if (reason == Reason.PROTOCOL) {
      return replay(failure);
    }
    if (reason == Reason.GSS_FAILURE && tokens > 1 && failure.getCause() == null) {
      // The JDK says nothing in the one case where it takes no token for an answer.
      return new SpnegoException(
          reason,
          tried()
              + ": the client's first token held none of Kerberos, and after that the JDK takes only"
              + " clients that ask for mutual authentication ("
              + failure.getMessage()
              + ").",
          "Have the client offer Kerberos first with its token, or ask for mutual authentication.",
          failure);
    }
    return KerberosFailure.explain(tried(), failure);
  }

  private String tried() {
    return apReq == null ? attempt.get() : attempt.get() + ", " + apReq.describe();
  }

  private String held() {
    String sentence = keys.get();
    return sentence.isEmpty() ? "" : " " + sentence;
  }

  private static Reason reason(Exception failure) {
    Throwable link = failure;
    for (int i = 0; i < 20 && link != null; i++) { // a chain may be a ring
      if (link instanceof GSSException gss && gss.getMajor() == GSSException.NO_CRED) {
        return Reason.ACCEPTOR_CREDENTIALS;
      }
      link = link.getCause();
    }
    return KerberosFailure.reason(failure);
  }
}
