package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.Locale;
import javax.security.sasl.Sasl;
import org.jspecify.annotations.Nullable;

/** The security layer that both sides agreed on, the same in both roles. */
public final class NegotiatedLayer {
  /** Authentication only. */
  public static final NegotiatedLayer NONE = new NegotiatedLayer(Qop.AUTH, null, 0, 0);

  private final Qop qop;
  private final @Nullable MessageProtection protection;
  private final int rawSendSize;
  private final int maxReceive;

  private NegotiatedLayer(
      Qop qop, @Nullable MessageProtection protection, int rawSendSize, int maxReceive) {
    this.qop = qop;
    this.protection = protection;
    this.rawSendSize = rawSendSize;
    this.maxReceive = maxReceive;
  }

  /**
   * Makes the layer of an established context.
   *
   * @param qop the layer chosen
   * @param protection the context's per-message calls
   * @param maxSend the largest token that the peer takes, in octets
   * @param maxReceive the largest token taken from the peer, in octets
   * @return the layer
   * @throws SpnegoException if the peer takes no message at all
   */
  public static NegotiatedLayer of(
      Qop qop, MessageProtection protection, int maxSend, int maxReceive) throws SpnegoException {
    if (qop == Qop.AUTH) {
      return NONE;
    }
    int rawSendSize = protection.sizeLimit(maxSend, qop);
    if (rawSendSize <= 0) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          String.format(
              Locale.ROOT,
              "The peer takes tokens of at most %d octets, too few for any message.",
              maxSend),
          null);
    }
    return new NegotiatedLayer(qop, protection, rawSendSize, maxReceive);
  }

  /**
   * The layer.
   *
   * @return its quality of protection
   */
  public Qop qop() {
    return qop;
  }

  /**
   * Wraps a message for the peer.
   *
   * @param octets where it stands
   * @param offset its first octet
   * @param length its length
   * @return the token
   * @throws SpnegoException if GSS-API cannot wrap it
   * @throws IllegalStateException if no layer was negotiated
   */
  public byte[] wrap(byte[] octets, int offset, int length) throws SpnegoException {
    return protection().wrap(octets, offset, length, qop);
  }

  /**
   * Unwraps a token of the peer's.
   *
   * @param octets where it stands
   * @param offset its first octet
   * @param length its length
   * @return the message
   * @throws SpnegoException if it is larger than agreed, or not intact
   * @throws IllegalStateException if no layer was negotiated
   */
  public byte[] unwrap(byte[] octets, int offset, int length) throws SpnegoException {
    MessageProtection layer = protection();
    if (length > maxReceive) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          String.format(
              Locale.ROOT,
              "The peer sent a token of %d octets, and at most %d were agreed on.",
              length,
              maxReceive),
          null);
    }
    return layer.unwrap(octets, offset, length, qop);
  }

  /**
   * A negotiated property.
   *
   * @param name its name in {@link Sasl}
   * @return its value as text; null where it was not negotiated
   */
  public @Nullable Object property(String name) {
    return switch (name) {
      case Sasl.QOP -> qop.saslName();
      case Sasl.MAX_BUFFER -> qop == Qop.AUTH ? null : Integer.toString(maxReceive);
      case Sasl.RAW_SEND_SIZE -> qop == Qop.AUTH ? null : Integer.toString(rawSendSize);
      default -> null;
    };
  }

  private MessageProtection protection() {
    if (protection == null) {
      throw new IllegalStateException("no security layer was negotiated");
    }
    return protection;
  }
}
