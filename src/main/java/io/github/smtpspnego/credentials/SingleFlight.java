package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one request to a KDC at a time for all threads with the same request. The threads that wait
 * share its outcome.
 */
final class SingleFlight {
  // Not synchronized, which would pin virtual threads while they wait for a KDC.
  private final ReentrantLock turn = new ReentrantLock();

  /** The number of requests that have ended; written under the lock. */
  private volatile int outcomes;

  /** Creates the failure anew: a stored exception would keep its callers' class loaders alive. */
  private @Nullable Supplier<SpnegoException> failure;

  /**
   * Runs the request, unless another thread does.
   *
   * @param waits whether to wait for another thread that runs it
   * @param needed whether the request is still needed after the wait
   * @param shared whether the waiting threads share a failure of this request
   * @return the result; null if the request was not run
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, read without
  <T> @Nullable T run(
      boolean waits, BooleanSupplier needed, BooleanSupplier shared, SpnegoAction<T> request)
      throws SpnegoException {
    int before = outcomes;
    if (!turn.tryLock()) {
      if (!waits) {
        return null;
      }
      turn.lock();
    }
    try {
      if (!needed.getAsBoolean()) {
        return null;
      }
      if (failure != null && before != outcomes) {
        throw failure.get();
      }
      failure = null;
      try {
        return request.run();
      } catch (SpnegoException e) {
        failure = shared.getAsBoolean() ? e.again() : null;
        throw e;
      } finally {
        outcomes++;
      }
    } finally {
      turn.unlock();
    }
  }
}
