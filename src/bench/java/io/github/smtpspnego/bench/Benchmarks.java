package io.github.smtpspnego.bench;

import io.github.smtpspnego.support.Kdc;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;

/**
 * Measures us and the JDK's own GSSAPI over the same KDC and mail server, and writes a table and a
 * chart.
 *
 * <pre>mvn -q -Pbench verify</pre>
 */
public final class Benchmarks {
  private Benchmarks() {}

  /**
   * Runs all of them. The build fails where a count is wrong; times depend on the machine.
   *
   * @param args the jar, and the directory to write to
   */
  @SuppressWarnings("CatchAndPrintStackTrace") // there is nobody above to throw it to
  public static void main(String[] args) {
    boolean held = false;
    try {
      held = run(Path.of(args[0]), Files.createDirectories(Path.of(args[1])));
    } catch (Exception e) {
      e.printStackTrace();
    } finally {
      System.exit(held ? 0 : 1); // the servers' threads would keep this JVM
    }
  }

  private static boolean run(Path jar, Path directory) throws Exception {
    Scene scene =
        new Scene(Kdc.shared(), jar, programs(directory), Boolean.getBoolean("bench.quick"));
    Report report = new Report();
    Charts charts = new Charts();
    new RoundTrips(scene, report).run();
    new Connections(scene, report, charts).run();
    new Throughput(scene, report, charts).run();
    Handshakes.run(scene, report, charts);
    Acceptors.run(scene, report);
    new Starts(scene, report).run();
    report.write(directory);
    charts.write(directory);
    report.promises().forEach(System.out::println);
    System.out.println("Written to " + directory);
    return report.countsHeld();
  }

  private static Path programs(Path directory) throws URISyntaxException {
    Path jar = directory.resolve("programs.jar");
    String classes =
        Path.of(Benchmarks.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    String folder = Benchmarks.class.getPackageName().replace('.', '/');
    ToolProvider.findFirst("jar")
        .orElseThrow()
        .run(System.out, System.err, "-c", "-f", jar.toString(), "-C", classes, folder);
    return jar;
  }
}
