package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.settings.LayerEnding;
import javax.security.sasl.Sasl;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a server's success is accepted, by what preceded it.
 *
 * <p>In MS-SSEAN section 4.1 the success follows the context; in RFC 2222 section 7.2.1 it follows
 * the client's layer choice. Without a choice the server knows neither the layer nor the
 * authorization identity that the client wants.
 */
final class SuccessCheck {
  private SuccessCheck() {}

  /**
   * Checks a success.
   *
   * @param tried what was tried, the start of a sentence
   * @param proved whether the context is established
   * @param choice the layer that the client chose; null if no offer came
   * @param identityToActAs the authorization identity to be sent; empty for none
   * @throws SpnegoException if the success is not accepted
   */
  static void check(
      String tried,
      ClientSettings settings,
      boolean proved,
      @Nullable Qop choice,
      String identityToActAs)
      throws SpnegoException {
    if (settings.mutualAuth && !proved) {
      throw new SpnegoException(
          Reason.NO_SERVER_PROOF,
          tried + ": the server reported success without proving that it has the key.",
          null);
    }
    if (choice != null && choice != Qop.AUTH) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          tried
              + ": the layer "
              + choice
              + " was agreed on, and SMTP commands cannot be wrapped in it.",
          "Set " + Sasl.QOP + "=auth, and use TLS to protect the connection.",
          null);
    }
    String missed = choice == null ? missed(settings, identityToActAs) : "";
    if (!missed.isEmpty()) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          tried + ": the server reported success without a security layer offer, " + missed + ".",
          "Check "
              + Sasl.QOP
              + ", mail.smtp.sasl.authorizationid and mail.smtp.sasl.spnego.securitylayer.",
          null);
    }
  }

  /** What is missing without the offer, as a part of a sentence; empty for nothing. */
  private static String missed(ClientSettings settings, String identityToActAs) {
    if (settings.layerEnding == LayerEnding.REQUIRED) {
      return "which securitylayer=required asks for";
    }
    if (!settings.qop.contains(Qop.AUTH)) {
      return "and " + Sasl.QOP + " asks for " + settings.qop;
    }
    return identityToActAs.isEmpty()
        ? ""
        : "so the authorization identity " + identityToActAs + " could not be sent";
  }
}
