package io.github.smtpspnego.bench;

import io.github.smtpspnego.bench.ClientProcess.Kind;
import io.github.smtpspnego.bench.ClientProcess.Login;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Connections per second from many threads, which share a login or do not. */
final class Throughput {
  private static final List<Integer> THREADS = List.of(1, 2, 4, 8, 16, 32, 64);
  private static final int TURNS = 3;

  private final Scene scene;
  private final Report report;
  private final Charts charts;

  Throughput(Scene scene, Report report, Charts charts) {
    this.scene = scene;
    this.report = report;
    this.charts = charts;
  }

  void run() throws IOException {
    report.table(
        "Authenticated connections per second, keytab", "threads", "JDK", "smtp-spnego", "ratio");
    Login keytab = Login.keytab(scene.kdc().keytab("alice"), Kdc.full("alice"));
    try (ClientProcess jdk = ClientProcess.start(Kind.JDK, keytab, scene);
        ClientProcess ours = ClientProcess.start(Kind.OURS, keytab, scene)) {
      try (MailServer server = scene.server(Map.of())) {
        perSecond(jdk, server, 4, 1000);
        perSecond(ours, server, 4, 2000);
      }
      for (int threads : THREADS) {
        try (MailServer server = scene.server(Map.of())) {
          Sample ofJdk = new Sample();
          Sample ofOurs = new Sample();
          for (int turn = 0; turn < TURNS; turn++) {
            ofJdk.add(perSecond(jdk, server, threads, 200));
            ofOurs.add(perSecond(ours, server, threads, 600));
          }
          report.row(
              Integer.toString(threads),
              ofJdk.show(0),
              ofOurs.show(0),
              ofOurs.dividedBy(ofJdk).show(1));
          charts.throughput(threads, ofJdk, ofOurs);
        }
      }
    }
  }

  private double perSecond(ClientProcess client, MailServer server, int threads, int connections)
      throws IOException {
    int many = Math.max(threads, scene.times(connections));
    return 1000 / client.run(server.port(), threads, many).wall();
  }
}
