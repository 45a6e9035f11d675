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
import org.jspecify.annotations.Nullable;

/**
 * The logins of this JVM, shared by all callers with the same request.
 *
 * <p>For each request at most one login runs at a time, and the threads that wait for it share its
 * outcome. A login is renewed before its ticket expires, and repeated when its file changes. During
 * a renewal, and if it fails, the old login is used as long as its ticket is valid. A rejected
 * password is not sent again for a while, because accounts lock after several failures.
 */
class LoginCache {
  static final Duration REJECTION_HOLDS = Duration.ofMinutes(5);

  private static final LoginCache SHARED = new LoginCache(InstantSource.system());
  private static final int MOST_LOGINS = 256;
  private static final int CACHE_READS = 5;
  private static final Duration CACHE_REWRITE = Duration.ofMillis(50);

  private final InstantSource clock;
  private final Map<List<Object>, Slot> slots = new ConcurrentHashMap<>();

  LoginCache(InstantSource clock) {
    this.clock = clock;
  }

  static LoginCache shared() {
    return SHARED;
  }

  /** Logs in. Tests override it. */
  Login login(LoginRequest request, boolean renew, FileStamp stamp, Instant now)
      throws SpnegoException {
    if (request.impersonated().isEmpty()) {
      return Login.of(KerberosLogin.login(request, renew), stamp, now);
    }
    LoginRequest own = request.as("");
    return get(own).impersonate(own, request.impersonated(), now);
  }

  /** Returns a login that is valid now. */
  final Login get(LoginRequest request) throws SpnegoException {
    return request.answers().arePersonal
        ? login(request, false, FileStamp.NONE, clock.instant())
        : slot(request.key()).get(request);
  }

  /** Removes all logins and rejections, and destroys the tickets. */
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

  private Slot slot(List<Object> key) {
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
      if (oldest == null || slot.usedAt < oldest.usedAt) {
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

  /** The login of one request, or its rejection. Written by one thread at a time. */
  private final class Slot extends SingleFlight<LoginRequest, Login> {
    private volatile long usedAt = Long.MIN_VALUE;
    private volatile @Nullable Login login;

    /** Why and when the KDC rejected the password, and the state of the file at that time. */
    private @Nullable Reason rejection;

    private Instant rejectedAt = Instant.EPOCH;
    private FileStamp rejectedStamp = FileStamp.NONE;

    Login get(LoginRequest request) throws SpnegoException {
      Instant now = clock.instant();
      usedAt = now.toEpochMilli();
      FileStamp stamp = FileStamp.of(request.file());
      Login current = login;
      if (current != null && current.isFresh(stamp, now)) {
        return current;
      }
      // Another thread may be renewing it, which takes long if a KDC does not answer.
      boolean serves = current != null && current.stamp.equals(stamp) && now.isBefore(current.end);
      Login made = attemptOnce(!serves, request);
      if (made == null) {
        made = serves ? current : login;
      }
      return made == null ? get(request) : made;
    }

    @Override
    boolean isNeeded(LoginRequest request) {
      Login held = login;
      return held == null || !held.isFresh(FileStamp.of(request.file()), clock.instant());
    }

    @Override
    boolean isShared(LoginRequest request) {
      return !request.answers().arePersonal;
    }

    @Override
    Login attempt(LoginRequest request) throws SpnegoException {
      FileStamp stamp = FileStamp.of(request.file());
      Instant now = clock.instant();
      checkNotRejected(request, stamp, now);
      Login current = login;
      boolean renew = current != null && current.stamp.equals(stamp);
      try {
        Login made = login(request, renew, current != null && !renew, stamp, now);
        login = request.answers().arePersonal ? null : made;
        rejection = null;
        return made;
      } catch (SpnegoException e) {
        // If the KDC no longer allows the impersonation of a user, it ends at once.
        boolean isFinal =
            request.impersonated().isEmpty()
                ? isRejection(e)
                : e.reason() != Reason.KDC_UNREACHABLE;
        if (current != null && renew && now.isBefore(current.end) && !isFinal) {
          Login kept = current.retryAfter(now);
          login = kept;
          return kept;
        }
        login = null;
        boolean isOfPassword = request.impersonated().isEmpty() && !request.answers().arePersonal;
        rejection = isOfPassword && isRejection(e) ? e.reason() : null;
        rejectedAt = now;
        rejectedStamp = stamp;
        throw e;
      }
    }

    /** Throws if another attempt could lock the account. */
    private void checkNotRejected(LoginRequest request, FileStamp stamp, Instant now)
        throws SpnegoException {
      Reason last = rejection;
      Instant until = rejectedAt.plus(REJECTION_HOLDS);
      if (last != null && rejectedStamp.equals(stamp) && now.isBefore(until)) {
        throw new SpnegoException(
            last,
            "Logging in "
                + request.describe()
                + ": the KDC rejected this login at "
                + rejectedAt.truncatedTo(ChronoUnit.SECONDS)
                + ". So that the account is not locked, there is no new attempt before "
                + until.truncatedTo(ChronoUnit.SECONDS)
                + ".",
            null);
      }
    }

    /**
     * Logs in; repeatedly from a ticket cache that changed, which may be empty while it is
     * rewritten.
     */
    private Login login(
        LoginRequest request, boolean renew, boolean changed, FileStamp stamp, Instant now)
        throws SpnegoException {
      boolean rewritten =
          request.source() == CredentialSource.TICKETCACHE
              && request.impersonated().isEmpty()
              && changed;
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
