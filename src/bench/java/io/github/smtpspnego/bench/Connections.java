package io.github.smtpspnego.bench;

import io.github.smtpspnego.bench.ClientProcess.Kind;
import io.github.smtpspnego.bench.ClientProcess.Login;
import io.github.smtpspnego.bench.ClientProcess.Took;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.KdcProxy;
import io.github.smtpspnego.support.MailServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One connection after the other: what they ask of the KDC, and what they take. The clients take
 * turns, so that what else the machine does falls on all of them.
 */
final class Connections {
  private static final int TURN = 100;
  private static final Duration SLOW = Duration.ofMillis(5);

  private final Scene scene;
  private final Report report;
  private final Charts charts;

  Connections(Scene scene, Report report, Charts charts) {
    this.scene = scene;
    this.report = report;
    this.charts = charts;
  }

  void run() throws IOException {
    KdcProxy proxy = scene.kdc().proxy();
    int before = proxy.asRequests();
    scene.kdc().login("alice", Kdc.PASSWORD);
    final int perLogin = proxy.asRequests() - before;
    Clients keytab = new Clients(Login.keytab(scene.kdc().keytab("alice"), Kdc.full("alice")));
    Clients cache = new Clients(Login.ticketCache(scene.kdc().ticketCache("alice", Kdc.PASSWORD)));
    keytab.run();
    cache.run();

    int connections = scene.times(1000);
    report.table("KDC requests of " + connections + " connections", "login", "client", "AS", "TGS");
    keytab.reportRequests();
    cache.reportRequests();
    report.note(
        "As the KDC received them. One login of this KDC takes "
            + perLogin
            + " AS requests, the first of which learns that pre-authentication is needed.");
    report.count(
        "keytab: 1 login and 1 service ticket for " + connections + " connections",
        keytab.asked(Kind.OURS, perLogin, 1));
    report.count(
        "keytab, JDK: as many of each as connections",
        keytab.asked(Kind.JDK, perLogin * connections, connections));
    report.count("ticket cache: no login and 1 service ticket", cache.asked(Kind.OURS, 0, 1));

    report.table(
        "A warm connection, ms",
        "login",
        "",
        Kind.NO_AUTH.label,
        Kind.JDK.label,
        Kind.JDK_OWN_SUBJECT.label,
        Kind.OURS.label,
        "to the JDK",
        "what AUTH adds, to the JDK");
    keytab.reportTimes();
    cache.reportTimes();
    report.limit("keytab: time to the JDK's", keytab.near.toJdk(), 0.65);
    report.limit("keytab, KDC + 5 ms: time to the JDK's", keytab.far.toJdk(), 0.25);
    report.limit("keytab: time that AUTH adds, to the JDK's", keytab.near.added().toJdk(), 0.6);
    report.limit("keytab: CPU that AUTH adds, to the JDK's", keytab.cpu.added().toJdk(), 0.6);
  }

  /** What the clients took, in turns. */
  private record Times(Map<Kind, Sample> of) {
    Times() {
      this(new EnumMap<>(Kind.class));
      for (Kind kind : Kind.values()) {
        of.put(kind, new Sample());
      }
    }

    /** What AUTH adds. */
    Times added() {
      Times added = new Times();
      of.forEach((kind, times) -> added.of.put(kind, times.minus(of.get(Kind.NO_AUTH))));
      return added;
    }

    Sample toJdk() {
      return of.get(Kind.OURS).dividedBy(of.get(Kind.JDK));
    }
  }

  /** The clients with one kind of login. */
  private final class Clients {
    private final Login login;
    private final Map<Kind, int[]> requests = new EnumMap<>(Kind.class);
    private final Times near = new Times();
    private final Times far = new Times();
    private final Times cpu = new Times();

    Clients(Login login) {
      this.login = login;
    }

    void run() throws IOException {
      Map<Kind, ClientProcess> clients = new EnumMap<>(Kind.class);
      KdcProxy proxy = scene.kdc().proxy();
      try (MailServer server = scene.server(Map.of())) {
        // These are counted, the login with them, and warm the clients up.
        for (Kind kind : Kind.values()) {
          int as = proxy.asRequests();
          int tgs = proxy.tgsRequests();
          ClientProcess client = ClientProcess.start(kind, login, scene);
          clients.put(kind, client);
          client.run(server.port(), 1, scene.times(1000));
          requests.put(kind, new int[] {proxy.asRequests() - as, proxy.tgsRequests() - tgs});
        }
        turns(clients, server.port(), 2000, near, cpu);
        proxy.delay(SLOW);
        turns(clients, server.port(), 500, far, new Times());
      } finally {
        proxy.delay(Duration.ZERO);
        clients.values().forEach(ClientProcess::close);
      }
    }

    private void turns(
        Map<Kind, ClientProcess> clients, int port, int connections, Times wall, Times ofCpu)
        throws IOException {
      for (int turn = 0; turn < scene.times(connections) / scene.times(TURN); turn++) {
        for (Kind kind : Kind.values()) {
          Took took = clients.get(kind).run(port, 1, scene.times(TURN));
          wall.of.get(kind).add(took.wall());
          ofCpu.of.get(kind).add(took.cpu());
        }
      }
    }

    boolean asked(Kind kind, int as, int tgs) {
      return requests.get(kind)[0] == as && requests.get(kind)[1] == tgs;
    }

    void reportRequests() {
      requests.forEach((kind, of) -> report.row(login.name(), kind.label, "" + of[0], "" + of[1]));
    }

    void reportTimes() {
      report("by the clock", near);
      report("CPU of the thread", cpu);
      report("by the clock, KDC + 5 ms", far);
      charts.wallTime(login.name(), near.of.get(Kind.JDK), near.of.get(Kind.OURS));
      charts.wallTime(login.name() + ", KDC + 5 ms", far.of.get(Kind.JDK), far.of.get(Kind.OURS));
    }

    private void report(String what, Times times) {
      List<String> cells = new ArrayList<>(List.of(login.name(), what));
      times.of.values().forEach(sample -> cells.add(sample.show(2)));
      cells.add(times.toJdk().show(2));
      cells.add(times.added().toJdk().show(2));
      report.row(cells.toArray(new String[0]));
    }
  }
}
