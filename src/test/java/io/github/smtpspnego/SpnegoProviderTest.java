package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.Session;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ResourceLock("java.security.Security")
class SpnegoProviderTest {
  private static final String JDK_CLIENT = "com.sun.security.sasl.gsskerb.GssKrb5Client";

  private Provider[] before;

  @BeforeEach
  void remember() {
    SpnegoProvider.uninstall();
    before = Security.getProviders();
  }

  @AfterEach
  void leaveNothing() {
    Security.removeProvider(SpnegoProvider.NAME);
  }

  @Test
  void installPutsItBeforeTheJdksOwn() {
    SpnegoProvider.install();
    List<String> names = Arrays.stream(Security.getProviders()).map(Provider::getName).toList();
    assertEquals(names.indexOf("JdkSASL") - 1, names.indexOf("SmtpSpnego"));
  }

  @Test
  void uninstallLeavesTheJvmAsFound() {
    SpnegoProvider.install();
    SpnegoProvider.uninstall();
    assertArrayEquals(before, Security.getProviders());
    SpnegoProvider.uninstall();
    assertArrayEquals(before, Security.getProviders());
  }

  @Test
  void installMayBeRepeated() {
    SpnegoProvider.install();
    Provider first = Security.getProvider("SmtpSpnego");
    SpnegoProvider.install();
    assertSame(first, Security.getProvider("SmtpSpnego"));
    assertEquals(before.length + 1, Security.getProviders().length);
  }

  @Test
  void installMovesItWhereItStandsBehindTheJdksOwn() {
    Security.addProvider(new SpnegoProvider());
    SpnegoProvider.install();
    assertTrue(isOurs(client("smtp", "GSSAPI")));
    assertEquals(before.length + 1, Security.getProviders().length);
  }

  @Test
  void manyThreadsInstallItOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<Boolean> turn =
          () -> {
            SpnegoProvider.install();
            return Security.getProvider("SmtpSpnego") != null;
          };
      List<Future<Boolean>> turns =
          threads.invokeAll(IntStream.range(0, 200).mapToObj(i -> turn).toList());
      for (Future<Boolean> done : turns) {
        assertTrue(done.get());
      }
    } finally {
      threads.shutdown();
    }
    assertEquals(before.length + 1, Security.getProviders().length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "smtps"})
  void mailGetsOurs(String protocol) {
    SpnegoProvider.install();
    assertTrue(isOurs(client(protocol, "GSSAPI")));
    assertTrue(isOurs(client(protocol, "GSS-SPNEGO")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ldap", "imap", "kafka", "jmxmp"})
  void otherProtocolsKeepTheJdksKerberos(String protocol) {
    SpnegoProvider.install();
    assertEquals(JDK_CLIENT, asAlice(() -> client(protocol, "GSSAPI")).getClass().getName());
  }

  @Test
  void unknownHostsKeepTheJdksKerberos() {
    SpnegoProvider.install();
    Map<String, String> hosts = Map.of("mail.smtp.sasl.spnego.hosts", "*.contoso.com");
    assertEquals(
        JDK_CLIENT,
        asAlice(() -> client("smtp", "GSSAPI", "localhost", hosts)).getClass().getName());
    assertTrue(isOurs(client("smtp", "GSSAPI", "mx.contoso.com", hosts)));
  }

  @Test
  void policiesThatSpnegoDoesNotHoldToAreHonoured() {
    SpnegoProvider.install();
    for (String policy :
        List.of(
            Sasl.POLICY_NODICTIONARY, Sasl.POLICY_FORWARD_SECRECY, Sasl.POLICY_PASS_CREDENTIALS)) {
      assertNull(client("smtp", "GSS-SPNEGO", "localhost", Map.of(policy, "true")), policy);
    }
    for (String policy :
        List.of(Sasl.POLICY_NOPLAINTEXT, Sasl.POLICY_NOACTIVE, Sasl.POLICY_NOANONYMOUS)) {
      assertNotNull(client("smtp", "GSS-SPNEGO", "localhost", Map.of(policy, "true")), policy);
    }
  }

  @Test
  void aMechanismThatIsNotOursIsNot() {
    SpnegoProvider.install();
    assertEquals("PLAIN", plainClient().getMechanismName());
  }

  @Test
  void aJakartaMailSessionInstallsIt() {
    assertNotNull(Session.getInstance(new Properties()));
    assertNotNull(Security.getProvider("SmtpSpnego"));
  }

  @Test
  @ResourceLock("java.lang.System.properties")
  void autoregisterFalseLeavesItOut() {
    System.setProperty("smtp.spnego.autoregister", "false");
    try {
      assertNotNull(Session.getInstance(new Properties()));
      assertNull(Security.getProvider("SmtpSpnego"));
    } finally {
      System.clearProperty("smtp.spnego.autoregister");
    }
  }

  @Test
  void theAgentInstallsIt() {
    SpnegoAgent.premain("");
    assertNotNull(Security.getProvider("SmtpSpnego"));
  }

  @Test
  void theJvmFindsItByNameForJavaSecurity() {
    assertTrue(
        ServiceLoader.load(Provider.class).stream()
            .anyMatch(provider -> provider.type().equals(SpnegoProvider.class)));
  }

  @Test
  void aCopyThatAnotherClassLoaderLeftIsReplaced() throws Exception {
    try (URLClassLoader redeployed = anotherCopy()) {
      copy(redeployed).getMethod("install").invoke(null);
      Provider stale = Security.getProvider("SmtpSpnego");
      SpnegoProvider.install();
      assertNotSame(stale, Security.getProvider("SmtpSpnego"));
      assertTrue(isOurs(client("smtp", "GSSAPI")));
      assertEquals(before.length + 1, Security.getProviders().length);
    }
  }

  @Test
  void uninstallLeavesAnotherCopyAlone() throws Exception {
    try (URLClassLoader other = anotherCopy()) {
      copy(other).getMethod("install").invoke(null);
      SpnegoProvider.uninstall();
      assertNotNull(Security.getProvider("SmtpSpnego"));
      copy(other).getMethod("uninstall").invoke(null);
      assertNull(Security.getProvider("SmtpSpnego"));
    }
  }

  @Test
  void theClassLoaderCanBeCollectedAfterUninstall() throws Exception {
    WeakReference<ClassLoader> loader = useAndForgetACopy();
    for (int i = 0; i < 50 && loader.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertNull(loader.get());
  }

  private static WeakReference<ClassLoader> useAndForgetACopy() throws Exception {
    try (URLClassLoader other = anotherCopy()) {
      copy(other).getMethod("install").invoke(null);
      SaslClient client = client("smtp", "GSSAPI");
      assertSame(other, client.getClass().getClassLoader());
      client.hasInitialResponse();
      client.dispose();
      copy(other).getMethod("uninstall").invoke(null);
      return new WeakReference<>(other);
    }
  }

  private static URLClassLoader anotherCopy() {
    URL classes = SpnegoProvider.class.getProtectionDomain().getCodeSource().getLocation();
    return new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader());
  }

  private static Class<?> copy(ClassLoader loader) throws ClassNotFoundException {
    return Class.forName(SpnegoProvider.class.getName(), true, loader);
  }

  private static boolean isOurs(SaslClient client) {
    return client.getClass().getName().equals("io.github.smtpspnego.sasl.SpnegoSaslClient")
        && client.getClass().getClassLoader() == SpnegoProvider.class.getClassLoader();
  }

  private static SaslClient client(String protocol, String mechanism) {
    return client(protocol, mechanism, "localhost", Map.of());
  }

  private static SaslClient client(
      String protocol, String mechanism, String host, Map<String, String> properties) {
    try {
      return Sasl.createSaslClient(
          new String[] {mechanism}, null, protocol, host, properties, null);
    } catch (javax.security.sasl.SaslException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SaslClient plainClient() {
    try {
      return Sasl.createSaslClient(
          new String[] {"PLAIN"},
          null,
          "smtp",
          "localhost",
          Map.of(),
          callbacks -> {
            ((javax.security.auth.callback.NameCallback) callbacks[0]).setName("alice");
            ((javax.security.auth.callback.PasswordCallback) callbacks[1])
                .setPassword("secret".toCharArray());
          });
    } catch (javax.security.sasl.SaslException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The JDK's own client looks for credentials when it is created. */
  private static SaslClient asAlice(java.security.PrivilegedAction<SaslClient> action) {
    return Subject.doAs(io.github.smtpspnego.support.ForgedTickets.subject(), action);
  }
}
