package io.github.smtpspnego.bench;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link Handshake} by JMH, each benchmark in several JVMs in turns. */
final class Handshakes {
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  private final Scene scene;
  private final Report report;
  private final Charts charts;
  private final Map<String, Sample> cpu = new HashMap<>();
  private final Map<String, Sample> allocation = new HashMap<>();

  Handshakes(Scene scene, Report report, Charts charts) {
    this.scene = scene;
    this.report = report;
    this.charts = charts;
  }

  void run() throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include(Handshake.class.getName() + "\\..*")
            .forks(1)
            .jvmArgs(
                "-XX:+UseSerialGC",
                "-Xms512m",
                "-Xmx512m",
                "-Djava.security.krb5.conf=" + scene.kdc().configuration(),
                property(Handshake.CLIENT_KEYTAB, "alice"),
                property(Handshake.SERVER_KEYTAB, "smtp/localhost"))
            .warmupIterations(scene.times(10)) // the compiler's CPU time counts too
            .measurementIterations(scene.times(5))
            .warmupTime(TimeValue.seconds(1))
            .measurementTime(TimeValue.seconds(1))
            .addProfiler(GCProfiler.class)
            .addProfiler(CpuPerOperation.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    for (int turn = 0; turn < scene.times(5); turn++) {
      for (RunResult result : new Runner(options).run()) {
        String name =
            name(result.getParams().getBenchmark(), result.getParams().getParam("ending"));
        add(cpu, name, result, CpuPerOperation.LABEL, 1000);
        add(allocation, name, result, ALLOCATION, 1024);
      }
    }
    report.table(
        "A handshake without sockets",
        "ending",
        "sides",
        "CPU, µs",
        "our part",
        "allocated, KB",
        "our part");
    for (String ending : new String[] {"offer", "at-once"}) {
      row(ending, "bare `GSSContext` both", "bare");
      row(ending, "our client, bare acceptor", "client");
      row(ending, "our client, our server", "clientAndServer");
      report.limit(
          "client's part of a handshake's CPU, " + ending,
          share(cpu, "client", ending).median(),
          0.05);
      report.limit(
          "client's part of a handshake's allocation, " + ending,
          share(allocation, "client", ending).median(),
          0.10);
    }
    charts.handshake(
        cpu.get(name("bare", "offer")).median(),
        cpu.get(name("client", "offer")).median(),
        cpu.get(name("clientAndServer", "offer")).median());
  }

  private String property(String name, String principal) {
    return "-D" + name + "=" + scene.kdc().keytab(principal);
  }

  private void row(String ending, String sides, String benchmark) {
    boolean isFloor = benchmark.equals("bare");
    report.row(
        ending,
        sides,
        cpu.get(name(benchmark, ending)).show(0),
        isFloor ? "" : percent(share(cpu, benchmark, ending)),
        allocation.get(name(benchmark, ending)).show(0),
        isFloor ? "" : percent(share(allocation, benchmark, ending)));
  }

  /** What is not the floor's, of all. */
  private static Sample share(Map<String, Sample> values, String benchmark, String ending) {
    Sample all = values.get(name(benchmark, ending));
    return all.minus(values.get(name("bare", ending))).dividedBy(all);
  }

  private static String percent(Sample share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share.median());
  }

  private static void add(
      Map<String, Sample> values, String name, RunResult result, String label, double unit) {
    double score = result.getSecondaryResults().get(label).getScore();
    values.computeIfAbsent(name, n -> new Sample()).add(score / unit);
  }

  private static String name(String benchmark, String ending) {
    return benchmark.substring(benchmark.lastIndexOf('.') + 1) + " " + ending;
  }
}
