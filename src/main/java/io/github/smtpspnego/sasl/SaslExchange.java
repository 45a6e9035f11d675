package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.SecurityLayer;
import io.github.smtpspnego.settings.SaslProperties;
import java.lang.System.Logger.Level;
import java.util.Map;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/** The common part of both sides of an exchange: the mechanism and the negotiated layer. */
abstract sealed class SaslExchange permits SpnegoSaslClient, SpnegoSaslServer {
  static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");

  /**
   * The largest number of tokens that are accepted from the other side. Kerberos needs one round,
   * or two if it is not the initiator's first choice.
   */
  static final int MOST_ROUNDS = 8;

  final String mechanism;

  /** The negotiated layer; null before the exchange is complete. */
  private @Nullable SecurityLayer layer;

  SaslExchange(String mechanism) {
    this.mechanism = mechanism;
  }

  /**
   * Describes the exchange, the start of a sentence: "Authenticating to smtp@host as alice@REALM".
   */
  abstract String tried();

  public final String getMechanismName() {
    return mechanism;
  }

  public final byte[] wrap(byte[] outgoing, int offset, int length) throws SaslException {
    return negotiated().wrap(outgoing, offset, length);
  }

  public final byte[] unwrap(byte[] incoming, int offset, int length) throws SaslException {
    return negotiated().unwrap(incoming, offset, length);
  }

  final void agree(SecurityLayer agreed) {
    layer = agreed;
  }

  /**
   * The negotiated layer.
   *
   * @throws IllegalStateException before the exchange is complete
   */
  final SecurityLayer negotiated() {
    if (layer == null) {
      throw new IllegalStateException("the exchange is not complete");
    }
    return layer;
  }

  /** The names of the mechanisms for both factories; none if a policy excludes them. */
  static String[] mechanismNames(@Nullable Map<String, ?> properties) {
    return SaslProperties.policiesHold(properties)
        ? SaslProperties.MECHANISMS.toArray(new String[0])
        : new String[0];
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
