package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.gss.SecurityLayer;
import java.util.function.Supplier;

/** The client's answer to a security layer offer, RFC 2222 section 7.2.1. */
final class LayerAnswer {
  /** The chosen layer. */
  final SecurityLayer layer;

  /** The wrapped choice, which is to be sent. */
  final byte[] token;

  private LayerAnswer(SecurityLayer layer, byte[] token) {
    this.layer = layer;
    this.token = token;
  }

  /**
   * Chooses the first layer of the settings that is offered.
   *
   * @param challenge the wrapped offer
   * @param identity the authorization identity; empty for none
   * @param tried what was tried, the start of a sentence
   * @throws SpnegoException if the offer is damaged or has none of the layers
   */
  static LayerAnswer to(
      byte[] challenge,
      SecurityLayer wrapping,
      ClientSettings settings,
      String identity,
      Supplier<String> tried)
      throws SpnegoException {
    LayerOffer offer;
    try {
      offer = LayerOffer.read(wrapping.unwrap(challenge, 0, challenge.length));
    } catch (IllegalArgumentException e) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER, tried.get() + ": the server sent " + e.getMessage() + ".", e);
    }
    for (Qop chosen : settings.qop) {
      if (offer.layers().contains(chosen)) {
        SecurityLayer layer = wrapping.agreed(chosen, offer.maxSize(), settings.maxBuffer);
        int maxSize = chosen == Qop.AUTH ? 0 : settings.maxBuffer;
        byte[] choice = new LayerChoice(chosen, maxSize, identity).encode();
        return new LayerAnswer(layer, wrapping.wrap(choice, 0, choice.length));
      }
    }
    throw new SpnegoException(
        Reason.SECURITY_LAYER,
        tried.get()
            + ": the server offers the layers "
            + offer.layers()
            + ", and "
            + settings.qop
            + " are asked for.",
        null);
  }
}
