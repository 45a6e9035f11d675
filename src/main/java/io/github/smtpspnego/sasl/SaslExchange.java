package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.SecurityLayer;
import java.lang.System.Logger.Level;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/** What both sides of an exchange have in common: the mechanism, and the layer that it leads to. */
abstract sealed class SaslExchange permits SpnegoSaslClient, SpnegoSaslServer {
  static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");

  /**
   * The most tokens that are taken from the other side. Kerberos takes one round, two where it is
   * not the initiator's first choice.
   */
  static final int MOST_ROUNDS = 8;

  final String mechanism;

  /** What was agreed on; null before the exchange is complete. */
  private @Nullable SecurityLayer layer;

  SaslExchange(String mechanism) {
    this.mechanism = mechanism;
  }

  /** What is being tried, the start of a sentence: "Authenticating to smtp@host as alice@REALM". */
  abstract String tried();

  /** The name of the mechanism, {@code GSSAPI} or {@code GSS-SPNEGO}. */
  public final String getMechanismName() {
    return mechanism;
  }

  /** Wraps a message (RFC 2743 section 2.3.3). */
  public final byte[] wrap(byte[] outgoing, int offset, int length) throws SaslException {
    return negotiated().wrap(outgoing, offset, length);
  }

  /** Unwraps a message of the other side's (RFC 2743 section 2.3.4). */
  public final byte[] unwrap(byte[] incoming, int offset, int length) throws SaslException {
    return negotiated().unwrap(incoming, offset, length);
  }

  final void agree(SecurityLayer agreed) {
    layer = agreed;
  }

  /**
   * The layer that was agreed on.
   *
   * @throws IllegalStateException before the exchange is complete
   */
  final SecurityLayer negotiated() {
    if (layer == null) {
      throw new IllegalStateException("the exchange is not complete");
    }
    return layer;
  }

  final void logStep(Enum<?> before, byte[] received, byte @Nullable [] sent, Enum<?> after) {
    if (LOGGER.isLoggable(Level.DEBUG)) {
      LOGGER.log(
          Level.DEBUG,
          "{0}: {1} octets received in {2}, {3} octets to send in {4}",
          mechanism,
          received.length,
          before,
          sent == null ? 0 : sent.length,
          after);
    }
  }

  final SpnegoException unforeseen(Exception e) {
    return new SpnegoException(
        Reason.GSS_FAILURE, tried() + ": an unforeseen error (" + e + ").", e);
  }
}
