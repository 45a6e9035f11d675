package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The logins of this JVM, shared between all who ask for the same.
 *
 * <p>At most one login of a kind is under way; who waits for it shares its outcome. A login is
 * renewed before its ticket ends, and made anew when its file changes, which is looked for once in
 * a millisecond. While it is renewed, and where that does not succeed, the old one serves as long
 * as its ticket is valid. A rejected password is remembered for a while, since accounts lock.
 */
class LoginCache {
  static final Duration REJECTION_HOLDS = Duration.ofMinutes(5);

  private static final LoginCache SHARED = new LoginCache(InstantSource.system());
  private static final int MOST_LOGINS = 256;
  private static final int CACHE_READS = 5;
  private static final Duration CACHE_REWRITE = Duration.ofMillis(50);

  private final InstantSource clock;
  private final Map<List<String>, Slot> slots = new ConcurrentHashMap<>();

  LoginCache(InstantSource clock) {
    this.clock = clock;
  }

  static LoginCache shared() {
    return SHARED;
  }

  /** Logs in; apart, so that tests can count and fail it. */
  Login login(LoginRequest request, boolean renew, FileStamp stamp, Instant now)
      throws SpnegoException {
    return Login.of(KerberosLogin.login(request, renew), stamp, now);
  }

  /**
   * Gives a login that is valid now.
   *
   * @throws SpnegoException if there is none, and none can be made
   */
  final Login get(LoginRequest request) throws SpnegoException {
    return slot(request.key()).get(request);
  }

  /** Forgets all logins and rejections, and destroys the tickets. */
  final void clear() {
    for (Iterator<Slot> each = slots.values().iterator(); each.hasNext(); ) {
      Slot slot = each.next();
      each.remove();
      Login login = slot.login;
      if (login != null) {
        login.destroy();
      }
    }
  }

  /** The same failure for another thread: an exception belongs to the one that it is thrown in. */
  static SpnegoException again(SpnegoException first) {
    String message = String.valueOf(first.getMessage());
    int remedy = message.lastIndexOf(" " + first.remedy() + " (TROUBLESHOOTING.md#");
    String whatHappened = remedy < 0 ? message : message.substring(0, remedy);
    return new SpnegoException(first.reason(), whatHappened, first.remedy(), first);
  }

  private Slot slot(List<String> key) {
    Slot known = slots.get(key);
    if (known != null) {
      return known;
    }
    if (slots.size() >= MOST_LOGINS) {
      forgetLeastRecentlyUsed();
    }
    Slot made = new Slot();
    Slot other = slots.putIfAbsent(key, made);
    return other == null ? made : other;
  }

  private void forgetLeastRecentlyUsed() {
    Slot oldest = null;
    for (Slot slot : slots.values()) {
      if (oldest == null || slot.seenAt < oldest.seenAt) {
        oldest = slot;
      }
    }
    if (oldest != null) {
      slots.values().remove(oldest);
    }
  }

  private static boolean isRejection(SpnegoException e) {
    return e.reason() == Reason.WRONG_PASSWORD
        || e.reason() == Reason.ACCOUNT_REVOKED
        || e.reason() == Reason.PASSWORD_EXPIRED;
  }

  /** What is known of one kind of login. Written under its lock. */
  private final class Slot {
    // A lock rather than synchronized: virtual threads wait for a KDC here.
    private final ReentrantLock lock = new ReentrantLock();
    private volatile int outcomes;
    private volatile @Nullable Login login;

    /** What the file was like, and in which millisecond since 1970; written in this order. */
    private volatile FileStamp seen = FileStamp.NONE;

    private volatile long seenAt = Long.MIN_VALUE;

    private @Nullable SpnegoException failure;
    private Instant failedAt = Instant.MIN;
    private FileStamp failedStamp = FileStamp.NONE;

    Login get(LoginRequest request) throws SpnegoException {
      int before = outcomes;
      Instant asked = clock.instant();
      FileStamp stamp = stamp(request, asked);
      Login current = login;
      if (current != null && current.isFresh(stamp, asked)) {
        return current;
      }
      if (!lock.tryLock()) {
        // Another thread renews, which takes long where a KDC does not answer.
        if (current != null && current.stamp.equals(stamp) && current.isValid(clock.instant())) {
          return current;
        }
        lock.lock();
      }
      try {
        current = login;
        Instant now = clock.instant();
        if (current != null && current.isFresh(stamp, now)) {
          return current;
        }
        if (failure != null && failedStamp.equals(stamp)) {
          throwAgain(failure, request, before != outcomes, now);
        }
        return attempt(request, current, stamp, now);
      } finally {
        lock.unlock();
      }
    }

    /** A look at the file costs as much as all else here, so those of one millisecond share one. */
    private FileStamp stamp(LoginRequest request, Instant now) {
      long millis = now.toEpochMilli();
      if (seenAt != millis) {
        seen = FileStamp.of(request.file);
        seenAt = millis;
      }
      return seen;
    }

    /** Throws the last failure where asking again would change nothing, or do harm. */
    private void throwAgain(SpnegoException last, LoginRequest request, boolean waited, Instant now)
        throws SpnegoException {
      Instant until = failedAt.plus(REJECTION_HOLDS);
      if (isRejection(last) && now.isBefore(until)) {
        throw new SpnegoException(
            last.reason(),
            "Logging in "
                + request.describe()
                + ": the KDC rejected it at "
                + failedAt.truncatedTo(ChronoUnit.SECONDS)
                + "; so that the account does not lock, it is not asked again before "
                + until.truncatedTo(ChronoUnit.SECONDS)
                + ".",
            last);
      }
      if (waited) {
        throw again(last);
      }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, read without
    private Login attempt(
        LoginRequest request, @Nullable Login current, FileStamp stamp, Instant now)
        throws SpnegoException {
      boolean renew = current != null && current.stamp.equals(stamp);
      try {
        Login made = login(request, renew, current, stamp, now);
        login = made;
        failure = null;
        return made;
      } catch (SpnegoException e) {
        if (current != null && renew && current.isValid(now) && !isRejection(e)) {
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
        outcomes++;
      }
    }

    /** A ticket cache that is just being rewritten holds no ticket for a moment. */
    private Login login(
        LoginRequest request, boolean renew, @Nullable Login current, FileStamp stamp, Instant now)
        throws SpnegoException {
      boolean rewritten =
          request.source == CredentialSource.TICKETCACHE && current != null && !renew;
      for (int read = 1; ; read++) {
        try {
          return LoginCache.this.login(request, renew, stamp, now);
        } catch (SpnegoException e) {
          if (!rewritten || read == CACHE_READS) {
            throw e;
          }
          try {
            Thread.sleep(CACHE_REWRITE.toMillis());
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw e;
          }
        }
      }
    }
  }
}
