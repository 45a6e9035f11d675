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
 * Keeps the tokens of an AUTH command out of Angus Mail's debug output: the stream of a Session
 * with {@code mail.debug=true}, and the log.
 *
 * <p>Unless {@code mail.debug.auth=true}, Angus Mail itself omits the tokens of the exchanges that
 * it runs. For an exchange that this library runs, this class drops what the thread prints and logs
 * meanwhile.
 */
final class DebugOut extends PrintStream {
  private static final Set<Thread> MUTED = ConcurrentHashMap.newKeySet();

  /**
   * Angus Mail's loggers, which are named after the package of the transport's class. One logs
   * every line at FINEST, the other logs replies that it cannot parse at FINE.
   */
  private static final List<TokenFilter> FILTERS =
      List.of(new TokenFilter(""), new TokenFilter(".protocol"));

  private final PrintStream target;

  /** The number of constructors that are using it. */
  private int loans;

  private DebugOut(PrintStream target) {
    super(target, true, StandardCharsets.UTF_8);
    this.target = target;
  }

  /**
   * Replaces the debug stream of a Session, so that Angus Mail's constructor takes the replacement.
   * Does nothing if the Session does not print, or is to print tokens too.
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

  /** Restores the Session's own stream, since a Session may outlive this jar's class loader. */
  static synchronized void takeBack(Session session) {
    if (session.getDebugOut() instanceof DebugOut lent && --lent.loans <= 0) {
      session.setDebugOut(lent.target);
    }
  }

  /** Begins to drop what the current thread prints and logs. */
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
      for (TokenFilter filter : FILTERS) {
        filter.set();
      }
    }
  }

  /** Ends {@link #mute}. */
  static void unmute() {
    synchronized (FILTERS) {
      if (MUTED.remove(Thread.currentThread()) && MUTED.isEmpty()) {
        for (TokenFilter filter : FILTERS) {
          filter.remove();
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

  /**
   * A filter that is put before a logger's own filter. It is set only while an exchange runs,
   * because the logger keeps the jar's class loader alive through it.
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

    /** Does nothing while another copy of the jar has put its own filter before this one. */
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
