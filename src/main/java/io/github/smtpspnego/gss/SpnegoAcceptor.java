package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.List;
import java.util.function.Supplier;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * The acceptor of one SPNEGO negotiation (RFC 4178). A client may also begin with Kerberos and no
 * SPNEGO, as RFC 4752 has it; MS-SSEAN section 1.6 says that both can succeed.
 *
 * <p>The negotiation is done here, and the JDK sees Kerberos tokens only. The JDK's own SPNEGO
 * acceptor has no mechListMIC and knows no NegTokenInit without a mechToken.
 *
 * <p><b>Which mechanism.</b> The first identifier in the client's list that means Kerberos, also
 * Microsoft's (MS-SPNG section 3.1.5.2), is chosen and answered as it was offered. Where it stands
 * first, its optimistic token is taken, and the answer is accept-completed with the AP-REP. Where
 * it stands first without a token, the answer is accept-incomplete, and the token comes in a
 * NegTokenResp. Where another mechanism stands first, that mechanism's token is ignored, the answer
 * is request-mic, and both sides must sign the list.
 *
 * <p><b>mechListMIC</b>, RFC 4178 section 5. Where request-mic was answered, a client that asks for
 * mutual authentication gets the server's signature together with the AP-REP and must send its own
 * next; after that no token of the server follows. A client that does not ask for it must send its
 * signature with its token, and gets the server's. A signature that comes without being due is
 * verified and answered. It covers the octets of the list as they came.
 *
 * <p><b>Lenient:</b> lengths in more octets than needed, as {@link Der} says; reqFlags; unknown
 * fields after the known ones; a negState other than reject in the client's NegTokenResp; a
 * supportedMech there. <b>Not lenient:</b> an optimistic token for Kerberos that is no AP-REQ; a
 * second token after the AP-REQ; fields out of order; anything after the end of the token; a
 * signature that is wrong, or missing where it is due.
 */
public final class SpnegoAcceptor {
  /** The largest token taken from a client, in octets, the same as from a server. */
  public static final int MAX_TOKEN = SpnegoInitiator.MAX_TOKEN;

  private static final byte[] NOTHING = {};

  private enum State {
    /** A NegTokenInit or a Kerberos token is awaited. */
    START,
    /** A NegTokenResp with the Kerberos token is awaited. */
    TOKEN,
    /** A NegTokenResp with the client's mechListMIC is awaited. */
    MIC,
    /** The client is proved, and nothing more is awaited. */
    ESTABLISHED
  }

  private final Supplier<String> attempt;
  private final KerberosAcceptor kerberos;

  private State state = State.START;
  private boolean spnego;
  private boolean micDue;
  private byte[] mechTypeList = NOTHING;

  /**
   * Creates the negotiation; nothing is read yet.
   *
   * @param keys chooses the keys for the client's ticket
   * @param replays remembers the client's token
   * @param attempt the attempt in words, asked for where something goes wrong; the start of a
   *     sentence: "Accepting a client with the keytab /etc/mail.keytab"
   */
  public SpnegoAcceptor(AcceptorKeys keys, Replays replays, Supplier<String> attempt) {
    this.attempt = attempt;
    this.kerberos = new KerberosAcceptor(keys, replays, attempt);
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
    PeerToken received = new PeerToken(token);
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
    NegTokenInit init = received.init();
    if (init != null) {
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
        micDue ? NegTokenResp.REQUEST_MIC : NegTokenResp.ACCEPT_INCOMPLETE, chosen, null, null);
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
        apReq(new PeerToken(mechToken), " inside SPNEGO, where a Kerberos AP-REQ was due");
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
        micDue ? NegTokenResp.ACCEPT_INCOMPLETE : NegTokenResp.ACCEPT_COMPLETED,
        chosen,
        reply,
        own);
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
      throw micFailure("a mechListMIC that does not sign the list of mechanisms that came", e);
    }
  }

  /** Whether the negotiation is over and the client proved. */
  public boolean isEstablished() {
    return state == State.ESTABLISHED && kerberos.peer() != null;
  }

  /** Whether the client began with SPNEGO rather than with Kerberos. */
  public boolean isSpnego() {
    return spnego;
  }

  /**
   * What the client proved.
   *
   * @throws IllegalStateException before the negotiation is over
   */
  public Peer peer() {
    Peer peer = kerberos.peer();
    if (state != State.ESTABLISHED || peer == null) {
      throw new IllegalStateException("the client is not proved");
    }
    return peer;
  }

  /**
   * Which of the layers the context can give.
   *
   * @param wanted the layers wanted
   * @return those of them that can be offered, in the same order
   */
  public List<Qop> possible(List<Qop> wanted) {
    return kerberos.possible(wanted);
  }

  /** What the layer offer and the choice travel in, once the context is established. */
  public SecurityLayer layer() {
    return kerberos.layer();
  }

  /** Forgets the context's keys; may be called again. What was learned of the client stays. */
  public void dispose() {
    kerberos.dispose();
  }

  private ApReqMessage apReq(PeerToken received, String wrong) throws SpnegoException {
    ApReqMessage message = received.apReq();
    if (message == null) {
      throw refused(received.reason(), received.describe() + wrong);
    }
    return message;
  }

  private NegTokenResp response(PeerToken received) throws SpnegoException {
    NegTokenResp response = received.resp();
    if (response == null) {
      throw refused(
          received.reason() == Reason.MALFORMED_TOKEN ? Reason.MALFORMED_TOKEN : Reason.PROTOCOL,
          received.describe() + ", where a NegTokenResp was due");
    }
    if (response.negState == NegTokenResp.REJECT) {
      throw new SpnegoException(
          Reason.REJECTED,
          attempt.get() + ": the client rejected the negotiation.",
          "The client's log says why.",
          null);
    }
    return response;
  }

  private SpnegoException refused(Reason reason, String what) {
    return new SpnegoException(
        reason,
        attempt.get() + ": the client sent " + what + ".",
        "Have the client speak SPNEGO with Kerberos, or Kerberos (RFC 4752).",
        null);
  }

  private SpnegoException micFailure(String what, @Nullable Exception cause) {
    return new SpnegoException(
        Reason.MECH_LIST_MIC, attempt.get() + ": the client sent " + what + ".", cause);
  }
}
