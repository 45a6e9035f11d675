package io.github.smtpspnego.gss;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.MessageProp;

/**
 * {@code GSS_Wrap} and {@code GSS_Unwrap} (RFC 2743 sections 2.3.3 and 2.3.4) of an established
 * context, for security layer tokens and for the messages of a negotiated layer.
 */
public final class MessageProtection {
  private static final int DEFAULT_QUALITY = 0;

  private final GSSContext context;

  MessageProtection(GSSContext context) {
    this.context = context;
  }

  /**
   * Wraps a message.
   *
   * @param octets where it stands
   * @param offset its first octet
   * @param length its length
   * @param layer the layer; encrypted for {@link Qop#AUTH_CONF} only
   * @return the wrapped token
   * @throws SpnegoException if GSS-API cannot wrap it
   */
  public byte[] wrap(byte[] octets, int offset, int length, Qop layer) throws SpnegoException {
    try {
      MessageProp properties = new MessageProp(DEFAULT_QUALITY, layer == Qop.AUTH_CONF);
      return context.wrap(octets, offset, length, properties);
    } catch (GSSException | RuntimeException e) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER, "Wrapping a message of " + length + " octets did not work.", e);
    }
  }

  /**
   * Unwraps a message.
   *
   * @param octets where the token stands
   * @param offset its first octet
   * @param length its length
   * @param layer the layer; with {@link Qop#AUTH_CONF} a token that was not encrypted is refused
   * @return the message
   * @throws SpnegoException if it was changed on its way, repeated, or is no such token
   */
  public byte[] unwrap(byte[] octets, int offset, int length, Qop layer) throws SpnegoException {
    MessageProp properties = new MessageProp(false);
    byte[] message;
    try {
      message = context.unwrap(octets, offset, length, properties);
    } catch (GSSException | RuntimeException e) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          "The peer's message of " + length + " octets is no intact wrapped token.",
          e);
    }
    if (layer == Qop.AUTH_CONF && !properties.getPrivacy()) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER, "The peer's message is not encrypted, and auth-conf holds.", null);
    }
    if (properties.isDuplicateToken() || properties.isOldToken()) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER, "The peer's message was received before.", null);
    }
    return message;
  }

  /**
   * How large a message may be for its token to fit.
   *
   * @param maxTokenSize the largest token the peer takes, in octets
   * @param layer the layer
   * @return the largest message, in octets
   * @throws SpnegoException if GSS-API cannot tell
   */
  public int sizeLimit(int maxTokenSize, Qop layer) throws SpnegoException {
    try {
      return context.getWrapSizeLimit(DEFAULT_QUALITY, layer == Qop.AUTH_CONF, maxTokenSize);
    } catch (GSSException | RuntimeException e) {
      throw new SpnegoException(Reason.SECURITY_LAYER, "The wrap size limit is not known.", e);
    }
  }
}
