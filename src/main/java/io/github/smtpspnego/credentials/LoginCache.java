package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The logins of this JVM, shared between all who ask for the same.
 *
 * <p>At most one login of a kind is under way; who waits for it shares its outcome. A login is
 * renewed before its ticket ends, and made anew when its file changes. Where a renewal does not
 * succeed, the old one serves while its ticket is valid. A rejected password is remembered for a
 * while, since accounts lock.
 */
final class LoginCache {
  /** The login itself, apart so that tests can count and fail it. */
  interface Authenticator {
    Login login(LoginRequest request, boolean renew, FileStamp stamp, Instant now)
        throws SpnegoException;
  }

  static final Duration REJECTION_HOLDS = Duration.ofMinutes(5);
  private static final int MOST_LOGINS = 256;
  private static final int CACHE_READS = 5;
  private static final Duration CACHE_REWRITE = Duration.ofMillis(50);
  private static final Set<Reason> REJECTIONS =
      EnumSet.of(Reason.WRONG_PASSWORD, Reason.ACCOUNT_REVOKED, Reason.PASSWORD_EXPIRED);

  private static final LoginCache SHARED =
      new LoginCache(
          (request, renew, stamp, now) -> Login.of(KerberosLogin.login(request, renew), stamp, now),
          InstantSource.system());

  private final Authenticator authenticator;
  private final InstantSource clock;
  private final Map<List<String>, Slot> slots =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, Slot> eldest) {
          return size() > MOST_LOGINS;
        }
      };

  LoginCache(Authenticator authenticator, InstantSource clock) {
    this.authenticator = authenticator;
    this.clock = clock;
  }

  static LoginCache shared() {
    return SHARED;
  }

  /**
   * Gives a login that is valid now.
   *
   * @throws SpnegoException if there is none, and none can be made
   */
  Login get(LoginRequest request) throws SpnegoException {
    Slot slot;
    synchronized (slots) {
      slot = slots.computeIfAbsent(request.key(), key -> new Slot());
    }
    return slot.get(request);
  }

  /** What is known of one kind of login. */
  private final class Slot {
    // A lock rather than synchronized: virtual threads wait for a KDC here.
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong outcomes = new AtomicLong();
    private volatile @Nullable Login login;
    private @Nullable SpnegoException failure;
    private Instant failedAt = Instant.MIN;
    private FileStamp failedStamp = FileStamp.of(Optional.empty());

    Login get(LoginRequest request) throws SpnegoException {
      long seen = outcomes.get();
      FileStamp stamp = FileStamp.of(request.file());
      Login current = login;
      if (current != null && current.isFresh(stamp, clock.instant())) {
        return current;
      }
      lock.lock();
      try {
        current = login;
        Instant now = clock.instant();
        if (current != null && current.isFresh(stamp, now)) {
          return current;
        }
        throwShared(request, seen != outcomes.get(), stamp, now);
        return attempt(request, current, stamp, now);
      } finally {
        lock.unlock();
      }
    }

    /** Throws the last failure where asking again would change nothing, or do harm. */
    private void throwShared(LoginRequest request, boolean waited, FileStamp stamp, Instant now)
        throws SpnegoException {
      SpnegoException last = failure;
      if (last == null || !failedStamp.equals(stamp)) {
        return;
      }
      Instant until = failedAt.plus(REJECTION_HOLDS);
      if (REJECTIONS.contains(last.reason()) && now.isBefore(until)) {
        throw new SpnegoException(
            last.reason(),
            String.format(
                Locale.ROOT,
                "Logging in %s: the KDC rejected it at %s; so that the account does not lock, it is"
                    + " not asked again before %s.",
                request.describe(),
                failedAt.truncatedTo(ChronoUnit.SECONDS),
                until.truncatedTo(ChronoUnit.SECONDS)),
            last);
      }
      if (waited) {
        throw last;
      }
    }

    private Login attempt(
        LoginRequest request, @Nullable Login current, FileStamp stamp, Instant now)
        throws SpnegoException {
      boolean renew = current != null && current.stamp().equals(stamp);
      try {
        Login made = login(request, renew, current, stamp, now);
        login = made;
        failure = null;
        return made;
      } catch (SpnegoException e) {
        if (current != null && current.isValid(now) && renew && !REJECTIONS.contains(e.reason())) {
          Login kept = current.retryAfter(now);
          login = kept;
          return kept;
        }
        login = null;
        failure = e;
        failedAt = now;
        failedStamp = stamp;
        throw e;
      } finally {
        outcomes.incrementAndGet();
      }
    }

    /** A ticket cache that is just being rewritten holds no ticket for a moment. */
    private Login login(
        LoginRequest request, boolean renew, @Nullable Login current, FileStamp stamp, Instant now)
        throws SpnegoException {
      boolean rewritten =
          request instanceof LoginRequest.FromTicketCache && current != null && !renew;
      for (int read = 1; ; read++) {
        try {
          return authenticator.login(request, renew, stamp, now);
        } catch (SpnegoException e) {
          if (!rewritten || read == CACHE_READS) {
            throw e;
          }
          pause(e);
        }
      }
    }

    private void pause(SpnegoException reason) throws SpnegoException {
      try {
        Thread.sleep(CACHE_REWRITE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw reason;
      }
    }
  }
}
