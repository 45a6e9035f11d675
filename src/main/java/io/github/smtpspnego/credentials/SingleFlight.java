package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request to a KDC at a time for all threads that want the same. Threads that wait for it share
 * its outcome.
 */
final class SingleFlight {
  // A lock rather than synchronized: virtual threads wait for a KDC here.
  private final ReentrantLock turn = new ReentrantLock();

  /** How many requests have ended; written under the lock. */
  private volatile int outcomes;

  /** Makes the failure anew: an exception would hold the classes of whom it was thrown to. */
  private @Nullable Supplier<SpnegoException> failure;

  /**
   * Makes the request, unless another thread makes it.
   *
   * @param waits whether to wait where another thread is at it
   * @param needed whether the request is still needed, after the wait
   * @param shared whether a failure of this request is one for the threads that wait, too
   * @return what the request gave; null where it was not made
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, read without
  <T> @Nullable T run(
      boolean waits, BooleanSupplier needed, BooleanSupplier shared, SaslAction<T> request)
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
