package io.github.smtpspnego.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.SmtpSink;
import jakarta.activation.DataHandler;
import jakarta.mail.Session;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The jar in a class loader of its own: it is collected after {@code uninstall}, so that a program
 * that comes and goes many times fills no memory.
 */
@Timeout(60)
@ResourceLock("java.security.Security")
class UnloadingIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path JAR = Path.of(System.getProperty("smtpspnego.jar"));
  private static final int PLUGINS = 3;

  /** Angus Mail installs a provider of its own at the first exchange, and never takes it out. */
  private static final String ANGUS_PROVIDER = "Jakarta-Mail-OAuth2";

  private @Nullable Provider ofAngus;

  @BeforeEach
  void nobodyIsInstalled() {
    ofAngus = Security.getProvider(ANGUS_PROVIDER);
    Security.removeProvider(ANGUS_PROVIDER);
    SpnegoProvider.uninstall();
    assertNull(Security.getProvider(SpnegoProvider.NAME));
  }

  @AfterEach
  void installOurs() {
    SpnegoProvider.install();
    if (ofAngus != null) {
      Security.addProvider(ofAngus);
    }
  }

  @Test
  void theJarsLoaderIsCollectedAfterUninstallWhereJakartaMailIsItsParents() throws Exception {
    assertCollected(new URLClassLoader(mail(), ClassLoader.getPlatformClassLoader()), jar());
  }

  @Test
  void theLoaderOfAProgramIsCollectedAfterUninstallWhereJakartaMailIsInItToo() throws Exception {
    List<URL> all = new ArrayList<>(List.of(jar()));
    all.addAll(List.of(mail()));
    assertCollected(ClassLoader.getPlatformClassLoader(), all.toArray(URL[]::new));
  }

  private void assertCollected(ClassLoader parent, URL... urls) throws Exception {
    String cache = KDC.ticketCache("alice", Kdc.PASSWORD).toString();
    try (SmtpSink sink =
        SmtpSink.start(
            Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()))) {
      for (int plugin = 1; plugin <= PLUGINS; plugin++) {
        WeakReference<ClassLoader> loader =
            load(new URLClassLoader("plugin", urls, parent), sink.port(), cache);
        assertEquals(plugin, sink.mails());
        for (int i = 0; i < 3; i++) {
          System.gc();
        }
        assertNotNull(loader.get(), "the installed provider holds it");
        unload(loader.get());
        assertNull(Security.getProvider(SpnegoProvider.NAME));
        Security.removeProvider(ANGUS_PROVIDER);
        awaitCollected(loader);
      }
    }
  }

  private static URL[] jar() throws Exception {
    return new URL[] {JAR.toUri().toURL(), source(PluginProgram.class)};
  }

  private static URL[] mail() throws Exception {
    return new URL[] {
      source(Session.class),
      source(SMTPTransport.class),
      source(DataHandler.class),
      source(Class.forName("org.eclipse.angus.activation.LogSupport"))
    };
  }

  /** Sends by a plugin; in a method of its own, so that nothing of it stays on the stack. */
  private static WeakReference<ClassLoader> load(ClassLoader loader, int port, String cache)
      throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      Callable<?> program =
          (Callable<?>)
              loader
                  .loadClass(PluginProgram.class.getName())
                  .getConstructor(Integer.class, String.class)
                  .newInstance(port, cache);
      String failure = String.valueOf(program.call());
      assertTrue(failure.contains("TROUBLESHOOTING.md#server-unknown"), failure);
      Provider installed = Security.getProvider(SpnegoProvider.NAME);
      assertSame(loader, installed.getClass().getClassLoader());
    } finally {
      thread.setContextClassLoader(before);
    }
    return new WeakReference<>(loader);
  }

  private static URL source(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  private static void unload(ClassLoader loader) throws Exception {
    loader.loadClass(PluginProgram.class.getName()).getMethod("unload").invoke(null);
    ((URLClassLoader) loader).close();
  }

  private static void awaitCollected(WeakReference<ClassLoader> loader)
      throws InterruptedException {
    while (loader.get() != null) {
      System.gc();
      Thread.sleep(20);
    }
  }
}
