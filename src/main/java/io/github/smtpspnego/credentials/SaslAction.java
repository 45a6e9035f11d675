package io.github.smtpspnego.credentials;

import javax.security.sasl.SaslException;

/**
 * A computation that may end in a {@link SaslException}.
 *
 * @param <T> the type of its result
 */
public interface SaslAction<T> {
  /**
   * Runs the computation.
   *
   * @return its result
   * @throws SaslException if it fails
   */
  T run() throws SaslException;
}
