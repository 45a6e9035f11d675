package io.github.smtpspnego.interop;

import io.github.smtpspnego.support.JaasLogin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.opentest4j.TestAbortedException;

/**
 * An MIT KDC, Postfix and Dovecot, and more servers where a test needs them, started by {@code
 * src/test/peers/peers.sh} and stopped when this JVM ends, however it ends: the script waits for
 * the end of its input. The JVM's Kerberos configuration names these KDCs.
 */
final class Peers {
  static final String REALM = "EXAMPLE.TEST";
  static final String PASSWORD = "alices-secret";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final AtomicInteger FILES = new AtomicInteger();

  private final Process script;
  private final BufferedReader output;
  private final Map<String, String> facts = new HashMap<>();

  /** What came of each server that was asked for; empty where it runs. */
  private final Map<String, Optional<RuntimeException>> servers = new HashMap<>();

  private static final class Holder {
    static final Peers SHARED = start();
  }

  private Peers(Process script) {
    this.script = script;
    this.output = script.inputReader();
  }

  /** The peers of this JVM, with the principals alice, smtp/localhost and SMTPSVC/localhost. */
  static Peers shared() {
    return Holder.SHARED;
  }

  private static Peers start() {
    try {
      Process script =
          new ProcessBuilder(Path.of("src", "test", "peers", "peers.sh").toString(), "run")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(script)));
      Peers peers = new Peers(script);
      peers.readFacts();
      System.setProperty("java.security.krb5.conf", peers.file("krb5.conf").toString());
      return peers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads what the script prints until it has started what it was asked for. */
  private void readFacts() throws IOException {
    for (String line = output.readLine(); !"ready".equals(line); line = output.readLine()) {
      if (line == null) {
        throw new IllegalStateException("peers.sh has ended; it says why above");
      }
      String[] fact = line.split("=", 2);
      facts.put(fact[0], fact[1]);
    }
  }

  /**
   * Starts one more server, or looks for a client, where that was not done yet. Skips the test that
   * calls it where this machine cannot provide it.
   */
  synchronized void need(String server) {
    servers.computeIfAbsent(server, this::ask).ifPresent(Peers::raise);
  }

  private Optional<RuntimeException> ask(String server) {
    try {
      OutputStream input = script.getOutputStream();
      input.write((server + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
      readFacts();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String absent = facts.remove("absent");
    String failed = facts.remove("failed");
    if (failed != null) {
      return Optional.of(new IllegalStateException(failed));
    }
    return Optional.ofNullable(absent)
        .map(reason -> new TestAbortedException(server + " is left out: " + reason));
  }

  private static void raise(RuntimeException failure) {
    throw failure;
  }

  private static void stop(Process script) {
    try {
      script.getOutputStream().close();
      script.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (IOException | InterruptedException e) {
      script.destroy();
    }
  }

  /** The port of a server that runs, by the name that the script gives it. */
  int port(String listener) {
    return Integer.parseInt(fact(listener));
  }

  String fact(String name) {
    return Objects.requireNonNull(facts.get(name), name);
  }

  Path file(String name) {
    return Path.of(fact("directory"), name);
  }

  Path newFile(String kind) {
    return file(kind + FILES.incrementAndGet());
  }

  /** What MIT's programs and library find this KDC by. */
  Map<String, String> environment() {
    return Map.of(
        "KRB5_CONFIG", file("krb5.conf").toString(),
        "KRB5_KDC_PROFILE", file("kdc.conf").toString());
  }

  Map<String, String> environment(Path ticketCache) {
    Map<String, String> environment = new HashMap<>(environment());
    environment.put("KRB5CCNAME", "FILE:" + ticketCache);
    return environment;
  }

  void kadmin(String query) {
    Command.run(environment(), "", List.of("/usr/sbin/kadmin.local", "-q", query)).orFail();
  }

  /** A new ticket cache by MIT's kinit. */
  Path kinit(String principal, String password, String... options) {
    Path cache = newFile("krb5cc");
    List<String> command = new ArrayList<>(List.of("kinit", "-c", "FILE:" + cache));
    command.addAll(List.of(options));
    command.add(principal);
    Command.run(environment(), password + "\n", command).orFail();
    return cache;
  }

  /** A new keytab by MIT's kadmin; the keys stay as they are. */
  Path keytab(String... principals) {
    Path keytab = newFile("keytab");
    kadmin("ktadd -norandkey -k " + keytab + " " + String.join(" ", principals));
    return keytab;
  }

  /** Makes TLS sockets that trust the test's own certificate authority, and no other. */
  SSLSocketFactory trustingOurAuthority() {
    try (var certificate = Files.newInputStream(file("ca.pem"))) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(certificate));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes it the JVM's configuration, which the JDK reads again when a login has this option. */
  void configure(Path krb5Conf) {
    System.setProperty("java.security.krb5.conf", krb5Conf.toString());
    Map<String, String> options =
        new HashMap<>(
            JaasLogin.acceptorOptions("smtp/localhost@" + REALM, file("smtp.keytab").toString()));
    options.put("refreshKrb5Config", "true");
    JaasLogin.login(options);
  }

  /** Forgets the mail and the log of before. */
  void reset() {
    try {
      for (Path mail : mails()) {
        Files.delete(mail);
      }
      Files.writeString(file("postfix.log"), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The mail that Postfix put into bob's Maildir. */
  String delivered() {
    return await(() -> mails().stream().findFirst().map(Peers::read), "no mail was delivered");
  }

  boolean hasMail() {
    return !mails().isEmpty();
  }

  /** What Postfix logged since {@link #reset}, as soon as it holds a text. */
  String logged(String text) {
    return await(
        () -> Optional.of(read(file("postfix.log"))).filter(log -> log.contains(text)),
        "Postfix logged no " + text);
  }

  /** A server's log from now on. */
  Log log(String name) {
    return new Log(file(name), read(file(name)).length());
  }

  /** What is in a log after a place. */
  record Log(Path file, int start) {
    /** Waits until it holds a text. */
    void await(String text) {
      Peers.await(
          () -> Optional.of(text).filter(read(file).substring(start)::contains),
          () -> "no " + text + " in " + file + " but:\n" + read(file).substring(start));
    }
  }

  private List<Path> mails() {
    Path maildir = file("mail").resolve("bob").resolve("new");
    if (!Files.isDirectory(maildir)) {
      return List.of();
    }
    try (Stream<Path> mails = Files.list(maildir)) {
      return mails.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String await(Supplier<Optional<String>> found, String otherwise) {
    return await(found, () -> otherwise + ":\n" + read(file("postfix.log")));
  }

  private static String await(Supplier<Optional<String>> found, Supplier<String> otherwise) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<String> text = found.get();
      if (text.isPresent()) {
        return text.get();
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new AssertionError(otherwise.get());
  }
}
