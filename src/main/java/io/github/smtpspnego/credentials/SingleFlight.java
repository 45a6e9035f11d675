package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request to a KDC at a time for all threads with the same request. The threads that wait
 * share its outcome.
 *
 * @param <Q> what the threads ask for
 * @param <A> the answer
 */
abstract class SingleFlight<Q, A> {
  // Not synchronized, which would pin virtual threads while they wait for a KDC.
  private final ReentrantLock turn = new ReentrantLock();

  /** The number of requests that have ended; written under the lock. */
  private volatile int outcomes;

  /** Creates the failure anew: a stored exception would keep its callers' class loaders alive. */
  private @Nullable Supplier<SpnegoException> failure;

  /**
   * Sends the request, unless another thread does.
   *
   * @param waits whether to wait for another thread that sends it
   * @return the answer; null if the request was not sent
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, read without
  final @Nullable A askOnce(boolean waits, Q question) throws SpnegoException {
    int before = outcomes;
    if (!turn.tryLock()) {
      if (!waits) {
        return null;
      }
      turn.lock();
    }
    try {
      if (!isNeeded(question)) {
        return null;
      }
      if (failure != null && before != outcomes) {
        throw failure.get();
      }
      failure = null;
      try {
        return ask(question);
      } catch (SpnegoException e) {
        failure = isShared(question) ? e.again() : null;
        throw e;
      } finally {
        outcomes++;
      }
    } finally {
      turn.unlock();
    }
  }

  /** Whether the request is still needed, after the wait for another thread. */
  abstract boolean isNeeded(Q question);

  /** Sends the request. */
  abstract A ask(Q question) throws SpnegoException;

  /** Whether the waiting threads share a failure of the request, which was sent. */
  abstract boolean isShared(Q question);
}
