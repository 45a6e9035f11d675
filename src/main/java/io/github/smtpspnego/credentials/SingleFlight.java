package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request to a KDC at a time for all threads with the same request. The threads that wait
 * share its outcome.
 *
 * @param <R> what a thread asks for
 * @param <T> what it gets
 */
abstract class SingleFlight<R, T> {
  // Not synchronized, which would pin virtual threads while they wait for a KDC.
  private final ReentrantLock turn = new ReentrantLock();

  /** The number of requests that have ended; written under the lock. */
  private volatile int outcomes;

  /** Creates the failure anew: a stored exception would keep its callers' class loaders alive. */
  private @Nullable Supplier<SpnegoException> failure;

  /**
   * Makes an attempt, unless another thread does.
   *
   * @param waits whether to wait for another thread's attempt
   * @return the outcome; null if no attempt was made
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, read without
  final @Nullable T attemptOnce(boolean waits, R request) throws SpnegoException {
    int before = outcomes;
    if (!turn.tryLock()) {
      if (!waits) {
        return null;
      }
      turn.lock();
    }
    try {
      if (!isNeeded(request)) {
        return null;
      }
      if (failure != null && before != outcomes) {
        throw failure.get();
      }
      failure = null;
      try {
        return attempt(request);
      } catch (SpnegoException e) {
        failure = isShared(request) ? e.again() : null;
        throw e;
      } finally {
        outcomes++;
      }
    } finally {
      turn.unlock();
    }
  }

  /** Whether an attempt is needed: not if the outcome of another thread's serves. */
  abstract boolean isNeeded(R request);

  /** Makes an attempt. Called by one thread at a time. */
  abstract T attempt(R request) throws SpnegoException;

  /** Whether the threads that wait share a failure. Called after {@link #attempt}. */
  abstract boolean isShared(R request);
}
