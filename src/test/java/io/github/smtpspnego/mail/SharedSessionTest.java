package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.URLName;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two web applications with a copy of the jar each, in a container whose Jakarta Mail and whose
 * Session ({@code Session.getDefaultInstance}, JNDI) they share.
 */
class SharedSessionTest {
  private static ClassLoader application() {
    URL[] classes = {SpnegoSMTPTransport.class.getProtectionDomain().getCodeSource().getLocation()};
    return new URLClassLoader("application", classes, DebugOut.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
          if (name.startsWith("io.github.smtpspnego.")) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
          }
          return super.loadClass(name, resolve);
        }
      }
    };
  }

  private static Session session() {
    Session session = Session.getInstance(new Properties());
    session.setDebugOut(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    session.setDebug(true);
    return session;
  }

  private static Transport transport(ClassLoader application, Session session) throws Exception {
    return (Transport)
        application
            .loadClass(SpnegoSMTPTransport.class.getName())
            .getConstructor(Session.class, URLName.class)
            .newInstance(session, new URLName("smtp://localhost"));
  }

  @Test
  void theDebugStreamDoesNotGrowWithEachTransport() throws Exception {
    Session session = session();
    ClassLoader one = application();
    ClassLoader other = application();
    for (int i = 0; i < 50; i++) {
      transport(one, session);
      transport(other, session);
    }
    int depth = 0;
    PrintStream out = session.getDebugOut();
    while (out.getClass().getName().equals(DebugOut.class.getName())) {
      depth++;
      Field target = out.getClass().getDeclaredField("target");
      target.setAccessible(true);
      out = (PrintStream) target.get(out);
    }
    int found = depth;
    assertTrue(found <= 2, () -> "streams within streams: " + found);
  }

  private static WeakReference<ClassLoader> use(Session session) throws Exception {
    ClassLoader loader = application();
    transport(loader, session).close();
    return new WeakReference<>(loader);
  }

  /** Without debugging (the control) it passes. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSessionHoldsNoApplicationThatIsGone(boolean isDebugged) throws Exception {
    Session session = session();
    session.setDebug(isDebugged);
    WeakReference<ClassLoader> loader = use(session);
    for (int i = 0; i < 100 && loader.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertNull(loader.get());
    assertEquals(isDebugged, session.getDebug());
  }

  private static void call(ClassLoader application, String name, Object... arguments)
      throws Exception {
    Class<?> debugOut = application.loadClass(DebugOut.class.getName());
    Class<?>[] types = arguments.length == 0 ? new Class<?>[0] : new Class<?>[] {Session.class};
    Method method = debugOut.getDeclaredMethod(name, types);
    method.setAccessible(true);
    method.invoke(null, arguments);
  }

  /** The second application begins and ends an exchange while the first is in one. */
  @Test
  void theTokensOfOneApplicationStayOutOfTheLogWhileTheOtherAuthenticates() throws Exception {
    Logger logger = Logger.getLogger("io.github.smtpspnego.mail.protocol");
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    handler.setLevel(Level.ALL);
    logger.setLevel(Level.ALL);
    logger.addHandler(handler);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Session quiet = Session.getInstance(new Properties());
      ClassLoader one = application();
      ClassLoader other = application();
      call(one, "mute", quiet);
      thread
          .submit(
              () -> {
                call(other, "mute", quiet);
                call(other, "unmute");
                return true;
              })
          .get();
      logger.finest("AUTH GSSAPI YII...");
      call(one, "unmute");
    } finally {
      thread.shutdownNow();
      logger.removeHandler(handler);
      logger.setLevel(null);
      logger.setFilter(null);
    }
    assertEquals(List.of(), lines);
  }
}
