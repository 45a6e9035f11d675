package io.github.smtpspnego.mail;

import jakarta.mail.Session;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.angus.mail.util.PropUtil;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tokens of an AUTH command out of what Angus Mail traces: out of the stream of a Session
 * with {@code mail.debug=true}, and out of the log at level FINEST.
 *
 * <p>Angus Mail leaves tokens out unless {@code mail.debug.auth=true}, but only of the exchanges
 * that it runs itself. So what a thread traces while it runs an exchange is dropped here. The
 * Session's stream is replaced once, before Angus Mail takes it.
 */
final class DebugOut extends PrintStream {
  private static final Set<Thread> MUTED = ConcurrentHashMap.newKeySet();

  /** Angus Mail names its loggers after the package of the transport's class. */
  private static final Logger TRACE =
      Logger.getLogger(DebugOut.class.getPackageName() + ".protocol");

  /** Set only while an exchange runs: a logger would keep it, and so the jar's class loader. */
  private static final Filter NOT_MUTED = entry -> !MUTED.contains(Thread.currentThread());

  private final PrintStream target;

  private DebugOut(PrintStream target) {
    super(target, true, StandardCharsets.UTF_8);
    this.target = target;
  }

  /** Replaces the stream of a Session that prints, unless it is to print tokens too. */
  static Session attach(Session session) {
    if (session.getDebug() && !showsTokens(session)) {
      synchronized (DebugOut.class) {
        if (!(session.getDebugOut() instanceof DebugOut)) {
          session.setDebugOut(new DebugOut(session.getDebugOut()));
        }
      }
    }
    return session;
  }

  /** Drops what the current thread traces from here on. */
  static void mute(Session session) {
    if (showsTokens(session)) {
      return;
    }
    if (session.getDebug()) {
      session
          .getDebugOut()
          .println("DEBUG SMTP: AUTH exchange by SPNEGO, shown with mail.debug.auth=true");
    }
    MUTED.add(Thread.currentThread());
    if (TRACE.isLoggable(Level.FINEST)) {
      synchronized (DebugOut.class) {
        TRACE.setFilter(NOT_MUTED);
      }
    }
  }

  /** Takes up again what the current thread traces. */
  static void unmute() {
    MUTED.remove(Thread.currentThread());
    if (TRACE.getFilter() == NOT_MUTED) {
      synchronized (DebugOut.class) {
        if (MUTED.isEmpty()) {
          TRACE.setFilter(null);
        }
      }
    }
  }

  private static boolean showsTokens(Session session) {
    return PropUtil.getBooleanProperty(session.getProperties(), "mail.debug.auth", false);
  }

  @Override
  public void println(@Nullable String line) {
    if (!MUTED.contains(Thread.currentThread())) {
      target.println(line);
    }
  }
}
