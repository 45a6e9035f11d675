package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoProvider;
import jakarta.mail.Session;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.Security;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
@ResourceLock("java.security.Security")
class RegistrationTest {
  @AfterEach
  void takeOut() {
    System.clearProperty(SpnegoSMTPProvider.SWITCH);
    SpnegoProvider.uninstall();
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "smtps"})
  void theJarOnTheClassPathIsEnough(String protocol) throws Exception {
    Session session = Session.getInstance(new Properties());
    assertEquals(SpnegoSMTPTransport.class, session.getTransport(protocol).getClass());
    assertNotNull(Security.getProvider(SpnegoProvider.NAME));
  }

  @ParameterizedTest
  @CsvSource({"smtp,SMTPTransport", "smtps,SMTPSSLTransport"})
  void angusMailsOwnCanBeHadBack(String protocol, String transport) throws Exception {
    String name = "org.eclipse.angus.mail.smtp." + transport;
    Properties settings = new Properties();
    settings.setProperty("mail." + protocol + ".class", name);
    Session session = Session.getInstance(settings);
    assertEquals(name, session.getTransport(protocol).getClass().getName());
    assertNotNull(Security.getProvider(SpnegoProvider.NAME), "only the transport is changed back");
  }

  @ParameterizedTest
  @CsvSource({"smtp,SMTPTransport", "smtps,SMTPSSLTransport"})
  void autoregisterFalseTurnsAllOfItOff(String protocol, String transport) throws Exception {
    System.setProperty(SpnegoSMTPProvider.SWITCH, "false");
    Session session = Session.getInstance(new Properties());
    assertEquals(
        "org.eclipse.angus.mail.smtp." + transport,
        session.getTransport(protocol).getClass().getName());
    assertNull(Security.getProvider(SpnegoProvider.NAME));
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "smtps"})
  void autoregisterTransportLeavesTheSecurityProviderOut(String protocol) throws Exception {
    System.setProperty(SpnegoSMTPProvider.SWITCH, "transport");
    Session session = Session.getInstance(new Properties());
    assertEquals(SpnegoSMTPTransport.class, session.getTransport(protocol).getClass());
    assertNull(Security.getProvider(SpnegoProvider.NAME));
  }

  @Test
  void otherProtocolsAreAngusMailsOwn() throws Exception {
    Session session = Session.getInstance(new Properties());
    assertEquals(
        "org.eclipse.angus.mail.imap.IMAPStore", session.getStore("imap").getClass().getName());
  }

  @Test
  void withoutAngusMailsTransportSessionsAreMadeAllTheSame() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (WithoutAngusSmtp loader = new WithoutAngusSmtp()) {
      Thread.currentThread().setContextClassLoader(loader);
      Class<?> session = loader.loadClass(Session.class.getName());
      Object made =
          session.getMethod("getInstance", Properties.class).invoke(null, new Properties());
      // Its jar names the transport in a second place, so there is a provider without its class.
      Object provider = session.getMethod("getProvider", String.class).invoke(made, "smtp");
      assertEquals(Program.ANGUS, provider.getClass().getMethod("getClassName").invoke(provider));
      assertNotNull(Security.getProvider(SpnegoProvider.NAME), "other clients may use it");
    } finally {
      Thread.currentThread().setContextClassLoader(before);
      Security.removeProvider(SpnegoProvider.NAME); // that loader's
    }
  }

  /** Jakarta Mail and this library as they are, and Angus Mail without its SMTP transport. */
  private static final class WithoutAngusSmtp extends URLClassLoader {
    WithoutAngusSmtp() {
      super(classPath(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] classPath() {
      return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(Path::of)
          .map(
              path -> {
                try {
                  return path.toUri().toURL();
                } catch (MalformedURLException e) {
                  throw new IllegalStateException(e);
                }
              })
          .toArray(URL[]::new);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith("org.eclipse.angus.mail.smtp.")) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }

    @Override
    public Enumeration<URL> findResources(String name) throws IOException {
      if (!name.equals("META-INF/services/jakarta.mail.Provider")) {
        return super.findResources(name);
      }
      return Collections.enumeration(
          Collections.list(super.findResources(name)).stream()
              .filter(url -> !url.toString().contains("angus"))
              .toList());
    }
  }

  @Test
  void theServicesAreThere() {
    Session session = Session.getInstance(new Properties());
    for (Class<?> ours : List.of(SpnegoSMTPProvider.class, SpnegoSMTPSSLProvider.class)) {
      assertTrue(Arrays.stream(session.getProviders()).anyMatch(p -> p.getClass() == ours));
    }
  }
}
