package io.github.smtpspnego.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.callback.PasswordCallback;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.server.KdcConfigKey;
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

  /** Apart from what is tested, so that a thread that is left there can be told. */
  static final ThreadGroup THREADS = new ThreadGroup("kdc");

  private static final String CONFIGURATION = "java.security.krb5.conf";
  private static final int MOST_ATTEMPTS = 5;
  private static final AtomicInteger FILES = new AtomicInteger();

  private final Path directory;
  private final SimpleKdcServer server;
  private final KdcProxy proxy;

  private static final class Holder {
    static final Kdc SHARED = startApart();
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

  /** Its own threads are of the group of the one that starts it. */
  private static Kdc startApart() {
    FutureTask<Kdc> start = new FutureTask<>(Kdc::start);
    new Thread(THREADS, start, "kdc-start").start();
    try {
      return start.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts a KDC on a free port. If the port is taken meanwhile, tries another one. */
  static SimpleKdcServer startServer(Path directory, String realm) throws KrbException {
    for (int attempts = MOST_ATTEMPTS; ; attempts--) {
      SimpleKdcServer server = new SimpleKdcServer();
      server.setWorkDir(directory.toFile());
      server.setKdcRealm(realm);
      server.setKdcHost("localhost");
      server.setKdcTcpPort(NetworkUtil.getServerPort());
      server.setAllowUdp(false);
      try {
        server.init();
        server.start();
        return server;
      } catch (KrbException e) {
        if (attempts == 1) {
          throw e;
        }
      }
    }
  }

  private static Kdc start() {
    try {
      Path directory = Files.createTempDirectory("smtp-spnego-kdc");
      SimpleKdcServer server = startServer(directory, REALM);
      server.getKrbClient().setTimeout(10_000); // milliseconds; without it, one second
      KdcProxy proxy = KdcProxy.to(server.getKdcSetting().getKdcTcpPort());

      Kdc kdc = new Kdc(directory, server, proxy);
      Files.writeString(kdc.configuration(), kdc.settings().text());
      System.setProperty(CONFIGURATION, kdc.configuration().toString());
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

  /** Another way to the same KDC; to be closed. */
  public KdcProxy newProxy() {
    try {
      return KdcProxy.to(server.getKdcSetting().getKdcTcpPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The settings of the JVM's Kerberos configuration, to be changed. */
  public Settings settings() {
    return new Settings();
  }

  /** A {@code krb5.conf}. */
  public final class Settings {
    private final Map<String, String> libdefaults = new LinkedHashMap<>();
    private final Map<String, Integer> otherRealms = new LinkedHashMap<>();
    private List<Integer> kdcPorts = List.of(proxy.port());

    private Settings() {
      set("default_realm", REALM);
      set("udp_preference_limit", "1");
      set("kdc_timeout", "5000");
      set("max_retries", "1");
      set("forwardable", "true");
    }

    /** Sets a value of {@code [libdefaults]}. */
    public Settings set(String name, String value) {
      libdefaults.put(name, value);
      return this;
    }

    /** Leaves a value of {@code [libdefaults]} out. */
    public Settings without(String name) {
      libdefaults.remove(name);
      return this;
    }

    /** Names these KDCs, in this order. */
    public Settings kdcs(Integer... ports) {
      kdcPorts = List.of(ports);
      return this;
    }

    /** Names another realm and the port of its KDC. */
    public Settings realm(String name, int kdcPort) {
      otherRealms.put(name, kdcPort);
      return this;
    }

    String text() {
      StringBuilder text = new StringBuilder("[libdefaults]\n");
      libdefaults.forEach(
          (name, value) -> text.append("  ").append(name).append(" = ").append(value).append('\n'));
      text.append("[realms]\n  ").append(REALM).append(" = {\n");
      kdcPorts.forEach(port -> text.append("    kdc = localhost:").append(port).append('\n'));
      otherRealms.forEach(
          (realm, port) ->
              text.append("  }\n  ")
                  .append(realm)
                  .append(" = {\n    kdc = localhost:")
                  .append(port)
                  .append('\n'));
      text.append("  }\n[domain_realm]\n  localhost = ").append(REALM).append('\n');
      return text.toString();
    }

    /** Makes them the JVM's until that is closed. */
    public Configured use() {
      Path file = newFile("krb5.conf");
      try {
        Files.writeString(file, text());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Configured(file);
    }
  }

  /** Another Kerberos configuration of this JVM; closed, it is the old one again. */
  public final class Configured implements AutoCloseable {
    private final Path file;
    private final Path keytab = keytab("smtp/localhost");

    private Configured(Path file) {
      this.file = file;
      read(file);
    }

    public Path file() {
      return file;
    }

    @Override
    public void close() {
      read(configuration());
    }

    /** The JDK reads it when a login with this option begins. */
    private void read(Path configuration) {
      System.setProperty(CONFIGURATION, configuration.toString());
      Map<String, String> options =
          new HashMap<>(JaasLogin.acceptorOptions(full("smtp/localhost"), keytab.toString()));
      options.put("refreshKrb5Config", "true");
      JaasLogin.login(options);
    }
  }

  /** How long the tickets live that are issued from now on; of both kinds. */
  public void ticketLifetime(Duration lifetime) {
    server.getKdcConfig().setLong(KdcConfigKey.MAXIMUM_TICKET_LIFETIME, lifetime.toSeconds());
    server.getKdcConfig().setLong(KdcConfigKey.MINIMUM_TICKET_LIFETIME, 0L);
  }

  /** How far a client's clock may be off from now on; with none, it never is right. */
  public void clockSkew(Duration allowed) {
    server.getKdcConfig().setLong(KdcConfigKey.ALLOWABLE_CLOCKSKEW, allowed.toSeconds());
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

  /** Adds a principal of another realm, as a trust between realms needs it. */
  void addOfOtherRealm(String principal, String password) {
    try {
      server.createPrincipal(principal, password);
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
      TgtTicket ticket = requestTicket(full(principal), password);
      Files.deleteIfExists(cache);
      server.getKrbClient().storeTicket(ticket, cache.toFile());
      return cache;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (KrbException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Kerby's KDC closes a connection on which no request came for three seconds, and Kerby's client
   * connects before it prepares the request. If a busy machine takes longer, this tries again.
   */
  private TgtTicket requestTicket(String principal, String password) throws KrbException {
    for (int attempts = MOST_ATTEMPTS; ; attempts--) {
      try {
        return server.getKrbClient().requestTgt(principal, password);
      } catch (KrbException e) {
        if (attempts == 1) {
          throw e;
        }
      }
    }
  }

  /** A name for a file that is not there yet. */
  public Path newFile(String kind) {
    return directory.resolve(kind + FILES.incrementAndGet());
  }

  /** Logs in as a program does by itself: a Subject with a ticket-granting ticket. */
  public Subject login(String principal, String password) {
    return loginOf(full(principal), password);
  }

  /** Logs in as a client of another realm. */
  static Subject loginOf(String principal, String password) {
    return JaasLogin.login(
        Map.of("principal", principal),
        callbacks ->
            Arrays.stream(callbacks)
                .filter(PasswordCallback.class::isInstance)
                .map(PasswordCallback.class::cast)
                .forEach(callback -> callback.setPassword(password.toCharArray())));
  }

  /** Logs in as a server does: a Subject with the keys of a keytab. */
  public Subject acceptor(String principal, Path keytab) {
    return JaasLogin.acceptor(full(principal), keytab.toString());
  }
}
