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
import org.ietf.jgss.MessageProp;
import org.jspecify.annotations.Nullable;

/**
 * The acceptor of one Kerberos context (RFC 4121), around the JDK's own. It takes one token, an
 * AP-REQ, and answers with the AP-REP where the client asks for mutual authentication.
 */
final class KerberosAcceptor {
  private final Supplier<String> attempt;
  private final Supplier<String> keys;
  private final GSSContext context;
  private @Nullable ApReqMessage apReq;
  private @Nullable String client;
  private @Nullable String target;
  private @Nullable GSSCredential delegated;

  KerberosAcceptor(
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
   * Takes the client's token.
   *
   * @return the token with the AP-REP; null where the client did not ask for one
   * @throws SpnegoException if it proves nobody
   */
  byte @Nullable [] accept(ApReqMessage message, byte[] token) throws SpnegoException {
    apReq = message;
    if (ReplayCache.shared().contains(message.authenticator)) {
      throw replay(null);
    }
    try {
      byte[] reply = context.acceptSecContext(token, 0, token.length);
      GSSName source = context.getSrcName();
      GSSName ours = context.getTargName();
      if (!context.isEstablished() || source == null || ours == null || source.isAnonymous()) {
        throw new GSSException(GSSException.FAILURE, -1, "the context does not name its two sides");
      }
      // Two copies at once: both passed the first look.
      if (!ReplayCache.shared().add(message.authenticator)) {
        throw replay(null);
      }
      delegated = context.getCredDelegState() ? context.getDelegCred() : null;
      target = ours.toString();
      client = source.toString();
      return reply;
    } catch (GSSException | RuntimeException e) {
      throw explain(e);
    }
  }

  /**
   * Whether the client proved to be who it says.
   *
   * @return true once a token was accepted
   */
  boolean isEstablished() {
    return client != null;
  }

  String client() {
    return proved(client);
  }

  String target() {
    return proved(target);
  }

  Optional<GSSCredential> delegated() {
    return Optional.ofNullable(delegated);
  }

  /**
   * Which of the layers the context can give: the client need not have asked for all of them, and
   * the JDK would send in the clear what it was told to encrypt.
   */
  List<Qop> possible(List<Qop> wanted) {
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

  SecurityLayer layer() {
    return new SecurityLayer(context);
  }

  /** {@code GSS_GetMIC}, RFC 2743 section 2.3.1. */
  byte[] mic(byte[] message) throws SpnegoException {
    try {
      return context.getMIC(message, 0, message.length, new MessageProp(0, false));
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
    context.verifyMIC(mic, 0, mic.length, message, 0, message.length, properties);
    if (properties.isDuplicateToken() || properties.isOldToken()) {
      throw new GSSException(GSSException.DUPLICATE_TOKEN);
    }
  }

  /** Forgets the context's keys; may be called again. What was learned of the client stays. */
  void dispose() {
    try {
      context.dispose();
    } catch (GSSException | RuntimeException e) {
      // The caller is done with the context: there is nothing that it could do about this.
    }
  }

  private static String proved(@Nullable String name) {
    if (name == null) {
      throw new IllegalStateException("the client is not proved");
    }
    return name;
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
