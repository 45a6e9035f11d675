package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;

/**
 * A computation that may end in a {@link SpnegoException}.
 *
 * @param <T> the type of its result
 */
public interface SaslAction<T> {
  /**
   * Runs the computation.
   *
   * @return its result
   * @throws SpnegoException if it fails
   */
  T run() throws SpnegoException;
}
