package io.github.smtpspnego.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;
import org.apache.kerby.kerberos.kerb.type.ticket.TgtTicket;
import org.apache.kerby.util.NetworkUtil;

/**
 * A real KDC (Apache Kerby) in this JVM, behind a {@link KdcProxy} that counts requests and can be
 * made slow or silent. The JVM's Kerberos configuration names the proxy.
 *
 * <p>The JDK reads that configuration once, so a JVM has one KDC, {@link #shared}.
 */
public final class Kdc {
  public static final String REALM = "EXAMPLE.TEST";
  public static final String PASSWORD = "alice's own secret";

  private static final String MODULE = "com.sun.security.auth.module.Krb5LoginModule";
  private static final AtomicInteger FILES = new AtomicInteger();

  private final Path directory;
  private final SimpleKdcServer server;
  private final KdcProxy proxy;

  private static final class Holder {
    static final Kdc SHARED = start();
  }

  private Kdc(Path directory, SimpleKdcServer server, KdcProxy proxy) {
    this.directory = directory;
    this.server = server;
    this.proxy = proxy;
  }

  /** The KDC of this JVM, with the principals alice, bob and smtp/localhost. */
  public static Kdc shared() {
    return Holder.SHARED;
  }

  private static Kdc start() {
    try {
      Path directory = Files.createTempDirectory("smtp-spnego-kdc");
      SimpleKdcServer server = new SimpleKdcServer();
      server.setWorkDir(directory.toFile());
      server.setKdcRealm(REALM);
      server.setKdcHost("localhost");
      server.setKdcTcpPort(NetworkUtil.getServerPort());
      server.setAllowUdp(false);
      server.init();
      server.start();
      KdcProxy proxy = KdcProxy.to(server.getKdcSetting().getKdcTcpPort());

      Path configuration = directory.resolve("jvm-krb5.conf");
      Files.writeString(
          configuration,
          String.join(
              "\n",
              "[libdefaults]",
              "  default_realm = " + REALM,
              "  udp_preference_limit = 1",
              "  kdc_timeout = 5000",
              "  max_retries = 1",
              "  forwardable = true",
              "[realms]",
              "  " + REALM + " = {",
              "    kdc = localhost:" + proxy.port(),
              "  }",
              "[domain_realm]",
              "  localhost = " + REALM,
              ""));
      System.setProperty("java.security.krb5.conf", configuration.toString());

      Kdc kdc = new Kdc(directory, server, proxy);
      kdc.add("alice", PASSWORD);
      kdc.add("bob", "bob's own secret");
      kdc.add("smtp/localhost", "the server's first key");
      return kdc;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (KrbException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Counts requests; slow, silent or gone when a test wants that. */
  public KdcProxy proxy() {
    return proxy;
  }

  /** The JVM's Kerberos configuration, for other JVMs. */
  public Path configuration() {
    return directory.resolve("jvm-krb5.conf");
  }

  /** The name with its realm. */
  public static String full(String principal) {
    return principal + "@" + REALM;
  }

  /** Adds a principal. */
  public void add(String principal, String password) {
    try {
      server.createPrincipal(full(principal), password);
    } catch (KrbException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives a principal a new key, as a server's administrator does. */
  public void changePassword(String principal, String password) {
    try {
      server.getKadmin().changePassword(full(principal), password);
    } catch (KrbException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new keytab with the current keys of the principals. */
  public Path keytab(String... principals) {
    return writeKeytab(newFile("keytab"), principals);
  }

  /** Writes the current keys of the principals over a keytab. */
  public Path writeKeytab(Path keytab, String... principals) {
    try {
      Files.deleteIfExists(keytab);
      for (String principal : principals) {
        server.exportPrincipal(full(principal), keytab.toFile());
      }
      return keytab;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (KrbException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new ticket cache, as kinit makes it. */
  public Path ticketCache(String principal, String password) {
    return writeTicketCache(newFile("ccache"), principal, password);
  }

  /** Writes a new ticket over a ticket cache. */
  public Path writeTicketCache(Path cache, String principal, String password) {
    try {
      TgtTicket ticket = server.getKrbClient().requestTgt(full(principal), password);
      Files.deleteIfExists(cache);
      server.getKrbClient().storeTicket(ticket, cache.toFile());
      return cache;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (KrbException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A name for a file that is not there yet. */
  public Path newFile(String kind) {
    return directory.resolve(kind + FILES.incrementAndGet());
  }

  /** Logs in as a program does by itself: a Subject with a ticket-granting ticket. */
  public Subject login(String principal, String password) {
    return login(
        Map.of("principal", full(principal)),
        callbacks ->
            Arrays.stream(callbacks)
                .filter(PasswordCallback.class::isInstance)
                .map(PasswordCallback.class::cast)
                .forEach(callback -> callback.setPassword(password.toCharArray())));
  }

  /** Logs in as a server does: a Subject with the keys of a keytab. */
  public Subject acceptor(String principal, Path keytab) {
    return login(
        Map.of(
            "principal", full(principal),
            "useKeyTab", "true",
            "keyTab", keytab.toString(),
            "storeKey", "true",
            "isInitiator", "false",
            "doNotPrompt", "true"),
        (Callback[] callbacks) -> {});
  }

  private static Subject login(Map<String, String> options, CallbackHandler handler) {
    AppConfigurationEntry[] entries = {
      new AppConfigurationEntry(MODULE, LoginModuleControlFlag.REQUIRED, options)
    };
    Configuration configuration =
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return entries.clone();
          }
        };
    Subject subject = new Subject();
    try {
      new LoginContext("test", subject, handler, configuration).login();
    } catch (LoginException e) {
      throw new IllegalStateException(e);
    }
    return subject;
  }
}
