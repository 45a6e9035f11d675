package io.github.smtpspnego.support;

import io.github.smtpspnego.gss.Der;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.security.auth.Subject;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.MessageProp;

/**
 * A client whose first choice is NTLM, as MIT Kerberos with {@code gss_set_neg_mechs} and Windows
 * can be set up: it gets request-mic, and both sides sign the list of mechanisms (RFC 4178 section
 * 5). The Kerberos in it is the JDK's.
 */
public final class NtlmFirstClient implements SaslClient {
  /** {@code MechTypeList}: NTLM, Kerberos. */
  public static final byte[] LIST =
      HexFormat.of().parseHex("3017060a2b06010401823702020a06092a864886f712010202");

  private static final byte[] SPNEGO = HexFormat.of().parseHex("06062b0601050502");
  private static final byte[] NOTHING = {};

  private enum State {
    START,
    NTLM_OFFERED,
    TOKEN_SENT,
    ESTABLISHED,
    COMPLETE
  }

  private final String mechanism;
  private final Subject subject;
  private final boolean mutualAuth;
  private final GSSContext context;
  private State state = State.START;

  /** A client of the subject's for smtp/localhost. */
  public NtlmFirstClient(String mechanism, Subject subject, boolean mutualAuth) throws Exception {
    this.mechanism = mechanism;
    this.subject = subject;
    this.mutualAuth = mutualAuth;
    this.context = Tokens.context(Tokens.KERBEROS, "smtp/localhost", mutualAuth);
  }

  @Override
  public String getMechanismName() {
    return mechanism;
  }

  @Override
  public boolean hasInitialResponse() {
    return true;
  }

  @Override
  public byte[] evaluateChallenge(byte[] challenge) throws SaslException {
    try {
      return switch (state) {
        case START -> {
          state = State.NTLM_OFFERED;
          yield init();
        }
        case NTLM_OFFERED -> sendToken(new Reply(challenge));
        case TOKEN_SENT -> finish(new Reply(challenge));
        case ESTABLISHED -> challenge.length == 0 ? NOTHING : chooseLayer(challenge);
        case COMPLETE -> throw new SaslException("a challenge after the choice of a layer");
      };
    } catch (SaslException e) {
      throw e;
    } catch (Exception e) {
      throw new SaslException("the server's message is not as it should be", e);
    }
  }

  /** The NegTokenInit, with a token of NTLM's. */
  public static byte[] init() {
    byte[] ntlm = "NTLMSSP\0\1\0\0\0".getBytes(StandardCharsets.US_ASCII);
    byte[] fields =
        Der.element(
            Der.SEQUENCE,
            Der.element(0xa0, LIST),
            Der.element(0xa2, Der.element(Der.OCTET_STRING, ntlm)));
    return Der.element(0x60, SPNEGO, Der.element(0xa0, fields));
  }

  /** The Kerberos token in its NegTokenResp, with the signature where it is due. */
  private byte[] sendToken(Reply reply) throws Exception {
    if (reply.negState != 3 || reply.token != null) {
      throw new SaslException("negState " + reply.negState + ", not request-mic");
    }
    byte[] token = Tokens.first(subject, context);
    state = State.TOKEN_SENT;
    return response(1, token, mutualAuth ? null : mic());
  }

  private byte[] finish(Reply reply) throws Exception {
    if (mutualAuth) {
      byte[] apRep = reply.token;
      Dialogue.as(subject, () -> context.initSecContext(apRep, 0, apRep.length));
    }
    if (!context.isEstablished() || reply.negState != (mutualAuth ? 1 : 0)) {
      throw new SaslException("negState " + reply.negState);
    }
    context.verifyMIC(reply.mic, 0, reply.mic.length, LIST, 0, LIST.length, new MessageProp(false));
    state = State.ESTABLISHED;
    return mutualAuth ? response(0, null, mic()) : NOTHING;
  }

  private byte[] chooseLayer(byte[] challenge) throws GSSException {
    byte[] offer = context.unwrap(challenge, 0, challenge.length, new MessageProp(false));
    if (offer.length != 4 || offer[0] != 1) {
      throw new IllegalStateException("not an offer of authentication alone");
    }
    state = State.COMPLETE;
    return context.wrap(new byte[] {1, 0, 0, 0}, 0, 4, new MessageProp(0, false));
  }

  private byte[] mic() throws GSSException {
    return context.getMIC(LIST, 0, LIST.length, new MessageProp(0, false));
  }

  /** A NegTokenResp; null stands for a field that is not there. */
  public static byte[] response(int negState, byte[] token, byte[] mic) {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    fields.writeBytes(Der.element(0xa0, Der.element(Der.ENUMERATED, new byte[] {(byte) negState})));
    if (token != null) {
      fields.writeBytes(Der.element(0xa2, Der.element(Der.OCTET_STRING, token)));
    }
    if (mic != null) {
      fields.writeBytes(Der.element(0xa3, Der.element(Der.OCTET_STRING, mic)));
    }
    return Der.element(0xa1, Der.element(Der.SEQUENCE, fields.toByteArray()));
  }

  private static final class Reply {
    final int negState;
    final byte[] token;
    final byte[] mic;

    Reply(byte[] octets) throws IOException {
      Der fields = new Der(octets).enter(0xa1).enter(Der.SEQUENCE);
      negState = fields.enter(0xa0).readInt(Der.ENUMERATED);
      if (fields.nextIs(0xa1)) {
        fields.skip();
      }
      token = fields.readOctetField(2);
      mic = fields.readOctetField(3);
    }
  }

  @Override
  public boolean isComplete() {
    return state == State.COMPLETE || state == State.ESTABLISHED;
  }

  @Override
  public byte[] unwrap(byte[] incoming, int offset, int length) {
    throw new IllegalStateException("no layer");
  }

  @Override
  public byte[] wrap(byte[] outgoing, int offset, int length) {
    throw new IllegalStateException("no layer");
  }

  @Override
  public Object getNegotiatedProperty(String name) {
    return null;
  }

  @Override
  public void dispose() throws SaslException {
    try {
      context.dispose();
    } catch (GSSException e) {
      throw new SaslException("dispose", e);
    }
  }
}
