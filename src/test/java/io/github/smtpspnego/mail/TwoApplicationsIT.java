package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import jakarta.activation.DataHandler;
import jakarta.mail.Session;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Two applications in one JVM, as in a servlet container: each with its own copies of the jar and
 * of Angus Mail, its own keytab and its own server. All threads begin each mail together.
 *
 * <p>{@code -Dprograms.mails=500} sends more than the default build does; a multiple of {@link
 * #THREADS}.
 */
@Timeout(300)
@ResourceLock("java.security.Security")
class TwoApplicationsIT {
  private static final int THREADS = 4;
  private static final int MAILS = Integer.getInteger("programs.mails", 60);
  private static final String ANGUS_PROVIDER = "Jakarta-Mail-OAuth2";

  private @Nullable Provider ofAngus;

  @BeforeEach
  void nobodyIsInstalled() {
    ofAngus = Security.getProvider(ANGUS_PROVIDER);
    removeProviders();
  }

  /** Those of the applications hold their class loaders. */
  @AfterEach
  void installOurs() {
    removeProviders();
    SpnegoProvider.install();
    if (ofAngus != null) {
      Security.addProvider(ofAngus);
    }
  }

  private static void removeProviders() {
    Security.removeProvider(SpnegoProvider.NAME);
    Security.removeProvider(ANGUS_PROVIDER);
  }

  @Test
  void eachSendsAllItsMailsAsItsOwnPrincipal() throws Exception {
    Kdc kdc = Kdc.shared();
    Map<String, ?> acceptor =
        Map.of("mail.smtp.sasl.spnego.keytab", kdc.keytab("smtp/localhost").toString());
    List<Future<Map<String, Integer>>> running = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(2 * THREADS);
    try (MailServer ofAlice = MailServer.start(acceptor);
        MailServer ofBob = MailServer.start(acceptor);
        URLClassLoader alice = new URLClassLoader("alice", classes(), platform());
        URLClassLoader bob = new URLClassLoader("bob", classes(), platform())) {
      CyclicBarrier together = new CyclicBarrier(2 * THREADS);
      for (int i = 0; i < THREADS; i++) {
        Properties forAlice = properties(ofAlice, kdc.keytab("alice").toString());
        Properties forBob = properties(ofBob, kdc.keytab("bob").toString());
        running.add(threads.submit(application(alice, forAlice, together)));
        running.add(threads.submit(application(bob, forBob, together)));
      }
      Map<String, Integer> failures = new TreeMap<>();
      for (Future<Map<String, Integer>> thread : running) {
        thread.get().forEach((failure, count) -> failures.merge(failure, count, Integer::sum));
      }
      int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
      assertEquals(Map.of(), failures, failed + " of " + 2 * MAILS + " mails failed");
      assertOnly("alice", ofAlice);
      assertOnly("bob", ofBob);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertOnly(String principal, MailServer server) {
    assertEquals(Collections.nCopies(MAILS, Kdc.full(principal)), server.principals());
    assertEquals(MAILS, server.received().length);
  }

  private static Properties properties(MailServer server, String keytab) {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", "localhost");
    properties.setProperty("mail.smtp.port", Integer.toString(server.port()));
    properties.setProperty("mail.smtp.auth", "true");
    properties.setProperty("mail.smtp.sasl.enable", "true");
    properties.setProperty("mail.smtp.sasl.mechanisms", "GSSAPI");
    properties.setProperty("mail.smtp.sasl.spnego.keytab", keytab);
    return properties;
  }

  @SuppressWarnings("unchecked") // the type is one of the JDK's, the same in all class loaders
  private static Callable<Map<String, Integer>> application(
      ClassLoader loader, Properties properties, CyclicBarrier together) throws Exception {
    return (Callable<Map<String, Integer>>)
        loader
            .loadClass(Application.class.getName())
            .getConstructor(Properties.class, Integer.class, CyclicBarrier.class)
            .newInstance(properties, MAILS / THREADS, together);
  }

  private static ClassLoader platform() {
    return ClassLoader.getPlatformClassLoader();
  }

  private static URL[] classes() throws Exception {
    return new URL[] {
      source(SpnegoProvider.class),
      source(Application.class),
      source(Session.class),
      source(SMTPTransport.class),
      source(DataHandler.class),
      source(Class.forName("org.eclipse.angus.activation.LogSupport"))
    };
  }

  private static URL source(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
