package io.github.smtpspnego.mail;

import jakarta.mail.Session;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.eclipse.angus.mail.util.PropUtil;
import org.jspecify.annotations.Nullable;

/**
 * Where a Session with {@code mail.debug=true} prints, without the tokens of an AUTH command.
 *
 * <p>Angus Mail leaves them out unless {@code mail.debug.auth=true}, but only of the exchanges that
 * it runs itself, and it cannot be told to do so from outside. It takes the Session's stream when a
 * transport is created.
 */
final class DebugOut extends PrintStream {
  private final PrintStream target;
  private volatile boolean isMuted;

  private DebugOut(PrintStream target) {
    super(target, true, StandardCharsets.UTF_8);
    this.target = target;
  }

  /** A stream for a new transport; null where the Session prints nothing, or is to print all. */
  static @Nullable DebugOut of(Session session) {
    if (!session.getDebug()
        || PropUtil.getBooleanProperty(session.getProperties(), "mail.debug.auth", false)) {
      return null;
    }
    return new DebugOut(session.getDebugOut());
  }

  /** Has the session print here. */
  static Session attach(@Nullable DebugOut out, Session session) {
    if (out != null) {
      session.setDebugOut(out);
    }
    return session;
  }

  /** Has the session print where it did before. */
  void detach(Session session) {
    if (session.getDebugOut() == this) {
      session.setDebugOut(target);
    }
  }

  /** Prints nothing from here on. */
  void mute() {
    println("DEBUG SMTP: AUTH exchange by SPNEGO, shown with mail.debug.auth=true");
    isMuted = true;
  }

  /** Prints again. */
  void unmute() {
    isMuted = false;
  }

  @Override
  public void println(@Nullable String line) {
    if (!isMuted) {
      target.println(line);
    }
  }
}
