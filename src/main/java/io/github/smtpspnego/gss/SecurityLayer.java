package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosFailure;
import java.util.ArrayList;
import java.util.List;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.MessageProp;
import org.jspecify.annotations.Nullable;

/**
 * {@code GSS_Wrap} and {@code GSS_Unwrap} (RFC 2743 sections 2.3.3 and 2.3.4) of an established
 * context, the same in both roles. They serve first for the tokens that offer and choose a layer;
 * the layer that was {@linkplain #agreed agreed on} then protects the messages.
 */
public final class SecurityLayer {
  /** No security layer. */
  public static final SecurityLayer NONE = new SecurityLayer(null, Qop.AUTH, 0, 0);

  private static final int DEFAULT_QUALITY = 0;

  private final @Nullable GSSContext context;
  private final Qop qop;
  private final int rawSendSize;
  private final int maxReceive;

  /** Protects the layer offer and the layer choice: integrity protection without size limits. */
  SecurityLayer(GSSContext context) {
    this(context, Qop.AUTH, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private SecurityLayer(@Nullable GSSContext context, Qop qop, int rawSendSize, int maxReceive) {
    this.context = context;
    this.qop = qop;
    this.rawSendSize = rawSendSize;
    this.maxReceive = maxReceive;
  }

  /**
   * Those of the layers that the context supports, in the same order. The initiator need not have
   * requested all of them, and in a context without confidentiality the JDK sends messages
   * unencrypted without an error.
   */
  public List<Qop> possible(List<Qop> wanted) {
    boolean integrity = context().getIntegState();
    boolean confidentiality = integrity && context().getConfState();
    List<Qop> possible = new ArrayList<>();
    for (Qop layer : wanted) {
      if (layer == Qop.AUTH || (layer == Qop.AUTH_INT ? integrity : confidentiality)) {
        possible.add(layer);
      }
    }
    return possible;
  }

  /**
   * Creates the layer that both sides agreed on, in the same context.
   *
   * @param maxSend the largest token that the peer accepts, in octets
   * @param maxToken the largest token that is accepted from the peer, in octets
   * @throws SpnegoException if the peer accepts no token that is large enough for a message
   */
  public SecurityLayer agreed(Qop chosen, int maxSend, int maxToken) throws SpnegoException {
    if (chosen == Qop.AUTH) {
      return NONE;
    }
    GSSContext established = context();
    int limit;
    try {
      limit = established.getWrapSizeLimit(DEFAULT_QUALITY, chosen == Qop.AUTH_CONF, maxSend);
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(Reason.SECURITY_LAYER, "Asking for the wrap size limit", e);
    }
    if (limit <= 0) {
      throw failure(
          "The peer accepts tokens of at most " + maxSend + " octets, too few for any message.");
    }
    return new SecurityLayer(established, chosen, limit, maxToken);
  }

  /** The layer's quality of protection. */
  public Qop qop() {
    return qop;
  }

  /**
   * Wraps a message for the peer. It is encrypted for {@link Qop#AUTH_CONF} only.
   *
   * @throws SpnegoException if GSS-API cannot wrap it
   * @throws IllegalStateException if no layer was negotiated
   */
  public byte[] wrap(byte[] octets, int offset, int length) throws SpnegoException {
    GSSContext established = context();
    try {
      MessageProp properties = new MessageProp(DEFAULT_QUALITY, qop == Qop.AUTH_CONF);
      return established.wrap(octets, offset, length, properties);
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(
          Reason.SECURITY_LAYER, "Wrapping a message of " + length + " octets", e);
    }
  }

  /**
   * Unwraps a token from the peer.
   *
   * @throws SpnegoException if the token is larger than agreed, damaged, repeated, or not encrypted
   *     under {@link Qop#AUTH_CONF}
   * @throws IllegalStateException if no layer was negotiated
   */
  public byte[] unwrap(byte[] octets, int offset, int length) throws SpnegoException {
    GSSContext established = context();
    if (length > maxReceive) {
      throw failure(
          "The peer sent a token of "
              + length
              + " octets, and at most "
              + maxReceive
              + " were agreed on.");
    }
    MessageProp properties = new MessageProp(false);
    byte[] message;
    try {
      message = established.unwrap(octets, offset, length, properties);
    } catch (GSSException | RuntimeException e) {
      throw KerberosFailure.explain(
          Reason.SECURITY_LAYER, "Unwrapping the peer's token of " + length + " octets", e);
    }
    if (qop == Qop.AUTH_CONF && !properties.getPrivacy()) {
      throw failure("The peer's message is not encrypted, although auth-conf was negotiated.");
    }
    if (properties.isDuplicateToken() || properties.isOldToken()) {
      throw failure("The peer's message was received before.");
    }
    return message;
  }

  /** The value of a negotiated property of {@link Sasl}; null if it was not negotiated. */
  public @Nullable Object property(String name) {
    if (name.equals(Sasl.QOP)) {
      return qop.toString();
    }
    if (qop != Qop.AUTH && name.equals(Sasl.MAX_BUFFER)) {
      return Integer.toString(maxReceive);
    }
    if (qop != Qop.AUTH && name.equals(Sasl.RAW_SEND_SIZE)) {
      return Integer.toString(rawSendSize);
    }
    return null;
  }

  private GSSContext context() {
    if (context == null) {
      throw new IllegalStateException("no security layer was negotiated");
    }
    return context;
  }

  private static SpnegoException failure(String what) {
    return new SpnegoException(Reason.SECURITY_LAYER, what, null);
  }
}
