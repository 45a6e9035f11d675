package io.github.smtpspnego.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.security.auth.Subject;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;

/**
 * A second realm with a KDC of its own (Apache Kerby), which the realm of {@link Kdc#shared}
 * trusts: both know the key of {@code krbtgt/EXAMPLE.TEST@PARTNER.TEST}. The JVM's Kerberos
 * configuration names both until this is closed.
 *
 * <p>The KDC runs in a JVM of its own, since Kerby keeps its realm in static fields.
 */
public final class TrustedRealm implements AutoCloseable {
  public static final String REALM = "PARTNER.TEST";

  private static final String TRUST = "krbtgt/" + Kdc.REALM + "@" + REALM;
  private static final String TRUST_PASSWORD = "what both KDCs know";
  private static final String PASSWORD = "a partner's own secret";
  private static final String READY = "port ";

  private final Process process;
  private final Kdc.Configured configured;

  private TrustedRealm(Process process, Kdc.Configured configured) {
    this.process = process;
    this.configured = configured;
  }

  /** Starts the realm and has the other one trust it. */
  public static TrustedRealm start(Kdc trusting) {
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  TrustedRealm.class.getName())
              .redirectErrorStream(true)
              .start();
      int port = port(process.inputReader());
      trusting.addOfOtherRealm(TRUST, TRUST_PASSWORD);
      return new TrustedRealm(process, trusting.settings().realm(REALM, port).use());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int port(BufferedReader output) throws IOException {
    StringBuilder printed = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(READY)) {
        return Integer.parseInt(line.substring(READY.length()));
      }
      printed.append(line).append('\n');
    }
    throw new IllegalStateException("the second KDC did not start:\n" + printed);
  }

  /** Logs in bob, who is of this realm alone. */
  public Subject bob() {
    return Kdc.loginOf("bob@" + REALM, PASSWORD);
  }

  @Override
  public void close() {
    configured.close();
    process.destroy();
  }

  /** The KDC. Its threads would keep the JVM. */
  public static void main(String[] args) {
    try {
      serve();
      System.exit(0);
    } catch (IOException | KrbException e) {
      System.out.println(e);
      System.exit(1);
    }
  }

  /** Runs the KDC until the standard input ends. */
  private static void serve() throws IOException, KrbException {
    Path directory = Files.createTempDirectory("smtp-spnego-partner");
    SimpleKdcServer server = Kdc.startServer(directory, REALM);
    server.createPrincipal("bob@" + REALM, PASSWORD);
    server.createPrincipal(TRUST, TRUST_PASSWORD);
    System.out.println(READY + server.getKdcSetting().getKdcTcpPort());
    while (System.in.read() >= 0) {
      // until the test is over
    }
  }
}
