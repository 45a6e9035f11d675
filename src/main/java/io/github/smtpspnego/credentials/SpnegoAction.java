package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.security.PrivilegedExceptionAction;

/**
 * A computation that may throw a {@link SpnegoException}. {@code Subject.doAs} takes it as it is.
 */
public interface SpnegoAction<T> extends PrivilegedExceptionAction<T> {
  @Override
  T run() throws SpnegoException;
}
