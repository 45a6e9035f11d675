package io.github.smtpspnego.bench;

import io.github.smtpspnego.bench.ClientProcess.Kind;
import io.github.smtpspnego.bench.ClientProcess.Login;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.KdcProxy;
import io.github.smtpspnego.support.MailServer;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * One connection after the other: what they ask of the KDC, and how long they take. The clients
 * take turns, so that what else the machine does falls on all of them.
 */
final class Connections {
  private static final int TURNS = 10;
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
    int perLogin = proxy.asRequests() - before;

    Login keytab = Login.keytab(scene.kdc().keytab("alice"), Kdc.full("alice"));
    Login cache = Login.ticketCache(scene.kdc().ticketCache("alice", Kdc.PASSWORD));
    Counted ofKeytab = new Counted(keytab);
    ofKeytab.run();
    Counted ofCache = new Counted(cache);
    ofCache.run();

    int connections = scene.times(1000);
    report.table("KDC requests of " + connections + " connections", "login", "client", "AS", "TGS");
    ofKeytab.reportCounts();
    ofCache.reportCounts();
    report.note(
        "As the KDC received them. One login of this KDC takes "
            + perLogin
            + " AS requests, the first of which learns that pre-authentication is needed.");
    report.count(
        "keytab: 1 login and 1 service ticket for " + connections + " connections",
        ofKeytab.as(Kind.OURS) == perLogin && ofKeytab.tgs(Kind.OURS) == 1);
    report.count(
        "keytab, JDK: as many of each as connections",
        ofKeytab.as(Kind.JDK) == perLogin * connections && ofKeytab.tgs(Kind.JDK) == connections);
    report.count(
        "ticket cache: no login and 1 service ticket",
        ofCache.as(Kind.OURS) == 0 && ofCache.tgs(Kind.OURS) == 1);

    report.table(
        "Wall time of an authenticated connection, ms",
        "login",
        "KDC",
        "JDK",
        "JDK, own Subject",
        "smtp-spnego",
        "ratio to the JDK");
    ofKeytab.reportTimes("loopback", ofKeytab.fast);
    ofKeytab.reportTimes("+ 5 ms", ofKeytab.slow);
    ofCache.reportTimes("loopback", ofCache.fast);
    ofCache.reportTimes("+ 5 ms", ofCache.slow);
    report.limit("keytab: wall time to the JDK's", ratio(ofKeytab.fast), 0.65);
    report.limit("keytab, KDC + 5 ms: wall time to the JDK's", ratio(ofKeytab.slow), 0.25);
  }

  private static double ratio(Map<Kind, Sample> times) {
    return times.get(Kind.OURS).dividedBy(times.get(Kind.JDK)).median();
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  /** The clients with one kind of login. */
  private final class Counted {
    private final Login login;
    private final Map<Kind, Integer> as = new EnumMap<>(Kind.class);
    private final Map<Kind, Integer> tgs = new EnumMap<>(Kind.class);
    private final Map<Kind, Sample> fast = samples();
    private final Map<Kind, Sample> slow = samples();

    Counted(Login login) {
      this.login = login;
    }

    void run() throws IOException {
      Map<Kind, ClientProcess> clients = new EnumMap<>(Kind.class);
      try (MailServer server = scene.server(Map.of())) {
        for (Kind kind : Kind.values()) {
          clients.put(kind, counted(kind, () -> ClientProcess.start(kind, login, scene)));
        }
        turns(clients, server.port(), samples()); // these are counted, and warm the clients up
        Map<Kind, Integer> countedAs = Map.copyOf(as);
        Map<Kind, Integer> countedTgs = Map.copyOf(tgs);
        turns(clients, server.port(), fast);
        scene.kdc().proxy().delay(SLOW);
        turns(clients, server.port(), slow);
        as.putAll(countedAs);
        tgs.putAll(countedTgs);
      } finally {
        scene.kdc().proxy().delay(Duration.ZERO);
        clients.values().forEach(ClientProcess::close);
      }
    }

    private void turns(Map<Kind, ClientProcess> clients, int port, Map<Kind, Sample> times)
        throws IOException {
      int connections = scene.times(1000) / TURNS;
      for (int turn = 0; turn < TURNS; turn++) {
        for (Kind kind : Kind.values()) {
          times.get(kind).add(counted(kind, () -> clients.get(kind).run(port, 1, connections)));
        }
      }
    }

    /** Does it, and adds what the KDC was asked meanwhile. */
    private <T> T counted(Kind kind, Action<T> action) throws IOException {
      KdcProxy proxy = scene.kdc().proxy();
      int asBefore = proxy.asRequests();
      int tgsBefore = proxy.tgsRequests();
      T result = action.run();
      as.merge(kind, proxy.asRequests() - asBefore, Integer::sum);
      tgs.merge(kind, proxy.tgsRequests() - tgsBefore, Integer::sum);
      return result;
    }

    int as(Kind kind) {
      return as.get(kind);
    }

    int tgs(Kind kind) {
      return tgs.get(kind);
    }

    void reportCounts() {
      for (Kind kind : Kind.values()) {
        report.row(
            login.name(), kind.label, Integer.toString(as(kind)), Integer.toString(tgs(kind)));
      }
    }

    void reportTimes(String kdc, Map<Kind, Sample> times) {
      report.row(
          login.name(),
          kdc,
          times.get(Kind.JDK).show(2),
          times.get(Kind.JDK_OWN_SUBJECT).show(2),
          times.get(Kind.OURS).show(2),
          times.get(Kind.OURS).dividedBy(times.get(Kind.JDK)).show(2));
      charts.wallTime(
          login.name() + (kdc.startsWith("+") ? " " + kdc : ""),
          times.get(Kind.JDK).median(),
          times.get(Kind.OURS).median());
      System.out.println(
          String.format(
              Locale.ROOT,
              "%s, KDC %s: %.2f of the JDK's wall time",
              login.name(),
              kdc,
              ratio(times)));
    }

    private static Map<Kind, Sample> samples() {
      Map<Kind, Sample> samples = new EnumMap<>(Kind.class);
      for (Kind kind : Kind.values()) {
        samples.put(kind, new Sample());
      }
      return samples;
    }
  }
}
