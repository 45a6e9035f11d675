package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.support.ForgedTickets;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginException;
import javax.security.auth.spi.LoginModule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** One application's login that reaches another's, and what the shared cache holds. */
@ResourceLock("javax.security.auth.login.Configuration")
public class SharedLoginsTest {
  /** Whose request this thread serves, as application servers keep it. */
  private static final ThreadLocal<String> CALLER = ThreadLocal.withInitial(() -> "");

  private final LoginCache cache = new LoginCache(InstantSource.system());

  @AfterEach
  void forgetConfiguration() {
    Configuration.setConfiguration(null);
    CALLER.remove();
  }

  /**
   * Takes what the thread's caller delegated, as {@code
   * org.jboss.security.negotiation.KerberosLoginModule} with {@code delegationCredential=USE} does;
   * or the one its option names. It asks nobody.
   */
  public static final class Delegating implements LoginModule {
    private @Nullable Subject subject;
    private String client = "";

    @Override
    public void initialize(
        Subject newSubject,
        CallbackHandler handler,
        Map<String, ?> sharedState,
        Map<String, ?> options) {
      subject = newSubject;
      client = options.containsKey("client") ? String.valueOf(options.get("client")) : "";
    }

    @Override
    public boolean login() throws LoginException {
      if (client.isEmpty()) {
        client = CALLER.get();
      }
      if (client.isEmpty()) {
        throw new IllegalStateException("nobody\nNov 21, 2026 INFO: forged line");
      }
      return true;
    }

    @Override
    public boolean commit() {
      if (subject != null) {
        subject
            .getPrivateCredentials()
            .add(ForgedTickets.ticket(client, "krbtgt/EXAMPLE.TEST", Duration.ofHours(1)));
      }
      return true;
    }

    @Override
    public boolean abort() {
      return true;
    }

    @Override
    public boolean logout() {
      return true;
    }
  }

  /** Called by classes of another loader too. */
  public static AppConfigurationEntry[] entries(Map<String, ?> options) {
    return new AppConfigurationEntry[] {
      new AppConfigurationEntry(
          Delegating.class.getName(), LoginModuleControlFlag.REQUIRED, options)
    };
  }

  private String client() throws Exception {
    try (Secret none = new Secret(null)) {
      Login login = cache.get(LoginRequest.byJaas("mailer", "", none, null));
      return Ticket.in(login.subject).get(0).client;
    }
  }

  @Test
  void whatTheThreadsCallerDelegatedIsNobodyElses() throws Exception {
    AppConfigurationEntry[] entries = entries(Map.of());
    Configuration.setConfiguration(
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return entries.clone();
          }
        });
    CALLER.set("alice");
    assertEquals("alice@EXAMPLE.TEST", client());
    CALLER.set("bob");
    assertEquals("bob@EXAMPLE.TEST", client());
  }

  /** One Configuration for all applications, which tells them apart by their class loaders. */
  @Test
  void applicationsWithEntriesOfOneNameDoNotShareALogin() throws Exception {
    Configuration.setConfiguration(
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            boolean isFirst = Thread.currentThread().getContextClassLoader() != null;
            return entries(Map.of("client", isFirst ? "alice" : "bob"));
          }
        });
    assertEquals("alice@EXAMPLE.TEST", client());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(null);
    try {
      assertEquals("bob@EXAMPLE.TEST", client());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** LoginContext puts the stack trace of what a module throws into its own message. */
  @Test
  void theMessageOfALoginModuleStaysOnOneLine() {
    AppConfigurationEntry[] entries = entries(Map.of());
    Configuration.setConfiguration(
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return entries.clone();
          }
        });
    SpnegoException e = assertThrows(SpnegoException.class, this::client);
    assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
  }

  // What the cache of all applications holds of one that is gone.

  /** An application that is given a library shared by all, and whose login does not succeed. */
  public static final class Failing implements Callable<String> {
    private final Callable<String> library;

    public Failing(Callable<String> library) {
      this.library = library;
    }

    @Override
    public String call() throws Exception {
      return library.call();
    }
  }

  /** An application's JAAS configuration. */
  public static final class OfApplication extends Configuration {
    @Override
    public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
      return entries(Map.of("client", "alice"));
    }
  }

  /** Loads these classes itself. */
  private static ClassLoader application() {
    URL[] classes = {SharedLoginsTest.class.getProtectionDomain().getCodeSource().getLocation()};
    return new URLClassLoader("application", classes, SharedLoginsTest.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
          if (name.endsWith("$Failing") || name.endsWith("$OfApplication")) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
          }
          return super.loadClass(name, resolve);
        }
      }
    };
  }

  private static void assertCollected(WeakReference<?> reference) throws InterruptedException {
    for (int i = 0; i < 100 && reference.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertNull(reference.get());
  }

  @SuppressWarnings("unchecked")
  private WeakReference<ClassLoader> failToLogIn() throws Exception {
    ClassLoader loader = application();
    Callable<String> library =
        () -> {
          try {
            cache.get(LoginRequest.fromKeytab(java.nio.file.Path.of("/no/such/keytab"), "alice"));
            return "";
          } catch (SpnegoException e) {
            return String.valueOf(e.getMessage());
          }
        };
    Callable<String> program =
        (Callable<String>)
            loader
                .loadClass(Failing.class.getName())
                .getConstructor(Callable.class)
                .newInstance(library);
    assertFalse(program.call().isEmpty());
    return new WeakReference<>(loader);
  }

  @Test
  void aFailureThatIsKeptHoldsNoApplication() throws Exception {
    assertCollected(failToLogIn());
  }

  /** Passes: it is the cache that holds it. */
  @Test
  void controlAfterLogoutNothingHoldsTheApplication() throws Exception {
    WeakReference<ClassLoader> loader = failToLogIn();
    cache.clear();
    assertCollected(loader);
  }

  private WeakReference<ClassLoader> logInByAnApplicationsConfiguration() throws Exception {
    ClassLoader loader = application();
    Configuration.setConfiguration(
        (Configuration)
            loader.loadClass(OfApplication.class.getName()).getConstructor().newInstance());
    assertEquals("alice@EXAMPLE.TEST", client());
    Configuration.setConfiguration(null);
    return new WeakReference<>(loader);
  }

  @Test
  void aLoginHoldsNoConfigurationOfAnApplication() throws Exception {
    assertCollected(logInByAnApplicationsConfiguration());
  }

  /** Passes: it is the cache that holds it. */
  @Test
  void controlAfterLogoutNothingHoldsTheConfiguration() throws Exception {
    WeakReference<ClassLoader> loader = logInByAnApplicationsConfiguration();
    cache.clear();
    assertCollected(loader);
  }
}
