package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * The acceptor of one SPNEGO negotiation (RFC 4178). A client may also begin with raw Kerberos, as
 * in RFC 4752; MS-SSEAN section 1.6 says that both can succeed.
 *
 * <p>SPNEGO is implemented here, and the JDK processes Kerberos tokens only. The JDK's SPNEGO
 * acceptor supports neither the mechListMIC nor a NegTokenInit without a mechToken.
 *
 * <p><b>Which mechanism.</b> The first identifier of Kerberos in the client's list is chosen and
 * returned as it was offered; Microsoft's identifier (MS-SPNG section 3.1.5.2) is one of them. If
 * it is the first of the list, its optimistic token is accepted, and the answer is accept-completed
 * with the AP-REP. If it is the first and has no token, the answer is accept-incomplete, and the
 * token comes in a NegTokenResp. If another mechanism is the first, its token is ignored, the
 * answer is request-mic, and both sides must send a mechListMIC.
 *
 * <p><b>mechListMIC</b>, RFC 4178 section 5. After request-mic, a client that requests mutual
 * authentication gets the server's MIC together with the AP-REP and must then send its own; no
 * token of the server follows. A client that does not request it must send its MIC with its token,
 * and gets the server's. A MIC that is not required is verified and answered as well. A MIC covers
 * the octets of the list as received.
 *
 * <p><b>Accepted:</b> lengths in more octets than needed (see {@link Der}); reqFlags; unknown
 * fields after the known ones; in the client's NegTokenResp, a negState other than reject, and a
 * supportedMech. <b>Rejected:</b> an optimistic token for Kerberos that is not an AP-REQ; a second
 * token after the AP-REQ; fields out of order; octets after the end of the token; a MIC that is
 * wrong, or missing where it is required.
 */
public final class SpnegoAcceptor {
  private static final byte[] NOTHING = {};

  private enum State {
    /** A NegTokenInit or a Kerberos token is awaited. */
    START,
    /** A NegTokenResp with the Kerberos token is awaited. */
    TOKEN,
    /** A NegTokenResp with the client's mechListMIC is awaited. */
    MIC,
    /** The client is authenticated, and no further token is awaited. */
    ESTABLISHED
  }

  private final String attempt;
  private final KerberosAcceptor kerberos;

  private State state = State.START;
  private boolean spnego;
  private boolean micDue;
  private byte[] mechTypeList = NOTHING;

  /**
   * Creates the negotiation. Nothing is read yet.
   *
   * @param keys chooses the keys for the client's ticket
   * @param replays remembers the client's token
   * @param attempt describes the attempt for messages, the start of a sentence: "Accepting a client
   *     with the keytab /etc/mail.keytab"
   */
  public SpnegoAcceptor(AcceptorKeys keys, Replays replays, String attempt) {
    this.attempt = attempt;
    this.kerberos = new KerberosAcceptor(keys, replays, attempt);
  }

  /**
   * Processes the client's next token.
   *
   * @return the token to send; empty if there is none
   * @throws SpnegoException if the token is rejected
   */
  public byte[] accept(byte[] token) throws SpnegoException {
    if (token.length > SpnegoInitiator.MAX_TOKEN) {
      throw refused(
          Reason.PROTOCOL,
          "a token of " + token.length + " octets, more than " + SpnegoInitiator.MAX_TOKEN);
    }
    PeerToken received = PeerToken.read(token);
    if (state == State.START) {
      return start(received);
    }
    if (state == State.ESTABLISHED) {
      throw refused(Reason.PROTOCOL, received.describe() + " after the last");
    }
    NegTokenResp response = response(received);
    return state == State.TOKEN ? takeToken(response) : takeMic(response);
  }

  private byte[] start(PeerToken received) throws SpnegoException {
    if (received instanceof NegTokenInit init) {
      spnego = true;
      return negotiate(init);
    }
    byte[] reply =
        kerberos.accept(apReq(received, ", neither a NegTokenInit nor a Kerberos AP-REQ"));
    state = State.ESTABLISHED;
    return reply == null ? NOTHING : reply;
  }

  private byte[] negotiate(NegTokenInit init) throws SpnegoException {
    Oid chosen = init.kerberos();
    if (chosen == null) {
      throw refused(Reason.NOT_SPNEGO, init.describe() + ", without Kerberos");
    }
    mechTypeList = init.mechTypeList;
    micDue = !chosen.equals(init.mechTypes.get(0));
    if (!micDue && init.mechToken != null) {
      return acceptNested(chosen, init.mechToken, init.mechListMic);
    }
    state = State.TOKEN;
    return NegTokenResp.encode(
        micDue ? NegState.REQUEST_MIC : NegState.ACCEPT_INCOMPLETE, chosen, null, null);
  }

  private byte[] takeToken(NegTokenResp response) throws SpnegoException {
    if (response.responseToken == null) {
      throw refused(Reason.PROTOCOL, response.describe() + " without the token that was due");
    }
    return acceptNested(null, response.responseToken, response.mechListMic);
  }

  private byte[] acceptNested(@Nullable Oid chosen, byte[] mechToken, byte @Nullable [] mic)
      throws SpnegoException {
    ApReqMessage message =
        apReq(PeerToken.read(mechToken), " inside SPNEGO, where a Kerberos AP-REQ was due");
    byte[] reply = kerberos.accept(message);
    if (mic != null) {
      verify(mic);
      micDue = false;
    } else if (micDue && reply == null) {
      throw micFailure("no mechListMIC with its last token, where one was due", null);
    }
    byte[] own = micDue || mic != null ? kerberos.mic(mechTypeList) : null;
    state = micDue ? State.MIC : State.ESTABLISHED;
    return NegTokenResp.encode(
        micDue ? NegState.ACCEPT_INCOMPLETE : NegState.ACCEPT_COMPLETED, chosen, reply, own);
  }

  private byte[] takeMic(NegTokenResp response) throws SpnegoException {
    if (response.responseToken != null) {
      throw refused(Reason.PROTOCOL, response.describe() + " with a token after the last one");
    }
    if (response.mechListMic == null) {
      throw micFailure("no mechListMIC, where one was due", null);
    }
    verify(response.mechListMic);
    state = State.ESTABLISHED;
    return NOTHING;
  }

  private void verify(byte[] mic) throws SpnegoException {
    try {
      kerberos.verifyMic(mic, mechTypeList);
    } catch (GSSException | RuntimeException e) {
      throw micFailure("a mechListMIC that is not valid for the list of mechanisms received", e);
    }
  }

  /** Whether the negotiation is complete and the client is authenticated. */
  public boolean isEstablished() {
    return state == State.ESTABLISHED && kerberos.peer() != null;
  }

  /** Whether the client began with SPNEGO rather than with raw Kerberos. */
  public boolean isSpnego() {
    return spnego;
  }

  /**
   * What the client proved.
   *
   * @throws IllegalStateException before the negotiation is complete
   */
  public Peer peer() {
    Peer peer = kerberos.peer();
    if (state != State.ESTABLISHED || peer == null) {
      throw new IllegalStateException("the client is not proved");
    }
    return peer;
  }

  /** Protects the layer offer and the layer choice, once the context is established. */
  public SecurityLayer layer() {
    return kerberos.layer();
  }

  /** Disposes of the context; may be called again. {@link #peer} stays available. */
  public void dispose() {
    kerberos.dispose();
  }

  /** Disposes of the ticket that a client forwarded which is not accepted after all. */
  public void disposeOfDelegated() {
    Peer peer = kerberos.peer();
    if (peer != null) {
      peer.disposeOfDelegated();
    }
  }

  private ApReqMessage apReq(PeerToken received, String wrong) throws SpnegoException {
    if (received instanceof ApReqMessage message) {
      return message;
    }
    throw refused(received.reason(), received.describe() + wrong);
  }

  private NegTokenResp response(PeerToken received) throws SpnegoException {
    if (!(received instanceof NegTokenResp response)) {
      throw refused(
          received.reason() == Reason.MALFORMED_TOKEN ? Reason.MALFORMED_TOKEN : Reason.PROTOCOL,
          received.describe() + ", where a NegTokenResp was due");
    }
    if (response.negState == NegState.REJECT) {
      throw new SpnegoException(
          Reason.REJECTED,
          attempt + ": the client rejected the negotiation.",
          "The client's log says why.",
          null);
    }
    return response;
  }

  private SpnegoException refused(Reason reason, String what) {
    return new SpnegoException(
        reason,
        attempt + ": the client sent " + what + ".",
        "Have the client speak SPNEGO with Kerberos, or Kerberos (RFC 4752).",
        null);
  }

  private SpnegoException micFailure(String what, @Nullable Exception cause) {
    return new SpnegoException(
        Reason.MECH_LIST_MIC, attempt + ": the client sent " + what + ".", cause);
  }
}
