package io.github.smtpspnego.client;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Qop;
import io.github.smtpspnego.settings.LayerEnding;
import java.util.Locale;
import java.util.Optional;
import javax.security.sasl.Sasl;

/**
 * Whether a server's success counts, told by what the client got before it.
 *
 * <p>MS-SSEAN section 4.1 ends with 235 right after the context, RFC 2222 section 7.2.1 after the
 * client's choice of a layer. What the client could say only in that choice is not known to a
 * server that ended without.
 *
 * @param tried what was tried, the start of a sentence
 * @param settings the exchange's settings
 * @param identityToActAs the authorization identity that was to be sent
 */
record SuccessCheck(String tried, ClientSettings settings, Optional<String> identityToActAs) {

  /** While negotiation tokens are still awaited. */
  void beforeProof() throws SpnegoException {
    if (settings.mutualAuth()) {
      throw new SpnegoException(
          Reason.NO_SERVER_PROOF,
          tried + ": the server reported success without proving that it has the key.",
          null);
    }
    withoutChoice();
  }

  /** After the context, without a layer offer. */
  void withoutChoice() throws SpnegoException {
    String missed = null;
    if (settings.layerEnding() == LayerEnding.REQUIRED) {
      missed = "which securitylayer=required asks for";
    } else if (!settings.qop().contains(Qop.AUTH)) {
      missed = "and " + Sasl.QOP + " asks for " + names();
    } else if (identityToActAs.isPresent()) {
      missed = "in whose answer the authorization identity " + identityToActAs.get() + " belongs";
    }
    if (missed != null) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          tried + ": the server reported success without a security layer offer, " + missed + ".",
          "Check "
              + Sasl.QOP
              + ", mail.smtp.sasl.authorizationid and"
              + " mail.smtp.sasl.spnego.securitylayer.",
          null);
    }
  }

  /** After the choice of a layer. */
  void afterChoice(Qop chosen) throws SpnegoException {
    if (chosen != Qop.AUTH) {
      throw new SpnegoException(
          Reason.SECURITY_LAYER,
          String.format(
              Locale.ROOT,
              "%s: the layer %s was agreed on, and SMTP commands cannot be wrapped in it.",
              tried,
              chosen.saslName()),
          "Set " + Sasl.QOP + "=auth, and use TLS to protect the connection.",
          null);
    }
  }

  private String names() {
    return String.join(",", settings.qop().stream().map(Qop::saslName).toList());
  }
}
