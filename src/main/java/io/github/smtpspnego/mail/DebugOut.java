package io.github.smtpspnego.mail;

import jakarta.mail.Session;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.angus.mail.util.PropUtil;
import org.jspecify.annotations.Nullable;

/**
 * The stream that a Session with {@code mail.debug=true} prints to, without the tokens of an AUTH
 * command.
 *
 * <p>Angus Mail leaves tokens out unless {@code mail.debug.auth=true}, but only of the exchanges
 * that it runs itself. So the Session's stream is replaced once, before Angus Mail takes it, by one
 * that drops the lines of a thread while that thread runs an exchange.
 */
final class DebugOut extends PrintStream {
  private final PrintStream target;
  private final Set<Thread> muted = ConcurrentHashMap.newKeySet();

  private DebugOut(PrintStream target) {
    super(target, true, StandardCharsets.UTF_8);
    this.target = target;
  }

  /** Replaces the stream of a Session that prints, unless it is to print tokens too. */
  static Session attach(Session session) {
    if (session.getDebug()
        && !PropUtil.getBooleanProperty(session.getProperties(), "mail.debug.auth", false)) {
      synchronized (DebugOut.class) {
        if (!(session.getDebugOut() instanceof DebugOut)) {
          session.setDebugOut(new DebugOut(session.getDebugOut()));
        }
      }
    }
    return session;
  }

  /** Drops what the current thread prints from here on. */
  static void mute(Session session) {
    if (session.getDebugOut() instanceof DebugOut out) {
      out.println("DEBUG SMTP: AUTH exchange by SPNEGO, shown with mail.debug.auth=true");
      out.muted.add(Thread.currentThread());
    }
  }

  /** Prints again what the current thread prints. */
  static void unmute(Session session) {
    if (session.getDebugOut() instanceof DebugOut out) {
      out.muted.remove(Thread.currentThread());
    }
  }

  @Override
  public void println(@Nullable String line) {
    if (!muted.contains(Thread.currentThread())) {
      target.println(line);
    }
  }
}
