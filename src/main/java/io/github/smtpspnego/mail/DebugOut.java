package io.github.smtpspnego.mail;

import jakarta.mail.Session;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.angus.mail.util.PropUtil;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tokens of an AUTH command out of what Angus Mail prints and logs: out of the stream of
 * a Session with {@code mail.debug=true}, and out of the log.
 *
 * <p>Angus Mail leaves tokens out unless {@code mail.debug.auth=true}, but only of the exchanges
 * that it runs itself. So what a thread prints or logs while it runs an exchange is dropped here.
 */
final class DebugOut extends PrintStream {
  private static final Set<Thread> MUTED = ConcurrentHashMap.newKeySet();

  /**
   * Angus Mail names its loggers after the package of the transport's class. One logs every line at
   * FINEST, the other replies that it cannot read at FINE.
   */
  private static final List<TokenFilter> FILTERS =
      List.of(new TokenFilter(""), new TokenFilter(".protocol"));

  private final PrintStream target;

  /** How many constructors are at it. */
  private int loans;

  private DebugOut(PrintStream target) {
    super(target, true, StandardCharsets.UTF_8);
    this.target = target;
  }

  /**
   * Has Angus Mail's constructor take a stream of ours for the one of a Session that prints, unless
   * the Session is to print tokens too.
   */
  static synchronized Session lend(Session session) {
    if (session.getDebug() && !showsTokens(session)) {
      PrintStream out = session.getDebugOut();
      DebugOut lent = out instanceof DebugOut ours ? ours : new DebugOut(out);
      lent.loans++;
      session.setDebugOut(lent);
    }
    return session;
  }

  /** Gives the Session its own stream back: a Session may outlive this jar's class loader. */
  static synchronized void takeBack(Session session) {
    if (session.getDebugOut() instanceof DebugOut lent && --lent.loans <= 0) {
      session.setDebugOut(lent.target);
    }
  }

  /** Drops what the current thread prints and logs from here on. */
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
    synchronized (FILTERS) {
      FILTERS.forEach(TokenFilter::set);
    }
  }

  /** Takes up again what the current thread prints and logs. */
  static void unmute() {
    synchronized (FILTERS) {
      if (MUTED.remove(Thread.currentThread()) && MUTED.isEmpty()) {
        FILTERS.forEach(TokenFilter::remove);
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

  /**
   * In front of the filter that a logger has, while an exchange runs. A logger would keep it, and
   * so the jar's class loader.
   */
  private static final class TokenFilter implements Filter {
    private final Logger logger;
    private boolean isSet;
    private @Nullable Filter behind;

    TokenFilter(String suffix) {
      logger = Logger.getLogger(DebugOut.class.getPackageName() + suffix);
    }

    void set() {
      if (!isSet && logger.isLoggable(Level.FINE)) {
        behind = logger.getFilter();
        isSet = true;
        logger.setFilter(this);
      }
    }

    /** Stays where another copy of the jar has put its own in front, until that is removed. */
    void remove() {
      if (isSet && logger.getFilter() == this) {
        logger.setFilter(behind);
        isSet = false;
      }
    }

    @Override
    public boolean isLoggable(LogRecord entry) {
      Filter next = behind;
      return !MUTED.contains(Thread.currentThread()) && (next == null || next.isLoggable(entry));
    }
  }
}
