package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;

/** A computation that may throw a {@link SpnegoException}. */
public interface SpnegoAction<T> {
  T run() throws SpnegoException;
}
