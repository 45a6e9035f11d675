package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.settings.LayerEnding;
import java.util.function.Supplier;
import javax.security.sasl.Sasl;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server's success counts, told by what the client got before it.
 *
 * <p>MS-SSEAN section 4.1 ends with 235 right after the context, RFC 2222 section 7.2.1 after the
 * client's choice of a layer. What the client could say only in that choice is not known to a
 * server that ended without.
 */
final class SuccessCheck {
  private SuccessCheck() {}

  /**
   * Checks a success.
   *
   * @param tried what was tried, the start of a sentence
   * @param proved whether the context is established
   * @param choice the layer that the client chose; null where no offer came
   * @param identityToActAs the authorization identity to be sent; empty for none
   * @throws SpnegoException if the success does not count
   */
  static void check(
      Supplier<String> tried,
      ClientSettings settings,
      boolean proved,
      @Nullable Qop choice,
      String identityToActAs)
      throws SpnegoException {
    if (settings.mutualAuth && !proved) {
      throw new SpnegoException(
          Reason.NO_SERVER_PROOF,
          tried.get() + ": the server reported success without proving that it has the key.",
          null);
    }
    if (choice != null && choice != Qop.AUTH) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          tried.get()
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
          tried.get()
              + ": the server reported success without a security layer offer, "
              + missed
              + ".",
          "Check "
              + Sasl.QOP
              + ", mail.smtp.sasl.authorizationid and mail.smtp.sasl.spnego.securitylayer.",
          null);
    }
  }

  /** What the client could have said or got only with the offer. */
  private static String missed(ClientSettings settings, String identityToActAs) {
    if (settings.layerEnding == LayerEnding.REQUIRED) {
      return "which securitylayer=required asks for";
    }
    if (!settings.qop.contains(Qop.AUTH)) {
      return "and " + Sasl.QOP + " asks for " + settings.qop;
    }
    return identityToActAs.isEmpty()
        ? ""
        : "in whose answer the authorization identity " + identityToActAs + " belongs";
  }
}
