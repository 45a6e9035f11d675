package io.github.smtpspnego.bench;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;

/**
 * A program that knows Jakarta Mail only, in a JVM of its own: with the jar on its class path or
 * without. Each line of its input, {@code port threads connections}, is a turn. The answer is what
 * the turn took by the clock, and the CPU time of its threads, in nanoseconds.
 *
 * <p>A connection is connect, EHLO, AUTH and QUIT: no mail.
 */
public final class Client {
  /** A program that logs in by itself, and connects as its own Subject. */
  static final String OWN_SUBJECT = "bench.subject";

  /** What it prints once it takes turns. */
  static final String READY = "ready";

  private final Session session;
  private final Subject subject;

  /** User and password: none where nobody authenticates. */
  private final String user;

  private Client(Session session, Subject subject) {
    this.session = session;
    this.subject = subject;
    this.user = "true".equals(session.getProperty("mail.smtp.auth")) ? "" : null;
  }

  /** Its arguments are properties of the Session, {@code name=value}. */
  public static void main(String[] args) throws Exception {
    Client client = new Client(session(args), Boolean.getBoolean(OWN_SUBJECT) ? login() : null);
    System.out.println(READY);
    BufferedReader turns =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = turns.readLine(); line != null; line = turns.readLine()) {
      String[] turn = line.split(" ", 3);
      System.out.println(
          client.take(
              Integer.parseInt(turn[0]), Integer.parseInt(turn[1]), Integer.parseInt(turn[2])));
    }
  }

  static Session session(String[] args) {
    Properties properties = new Properties();
    for (String arg : args) {
      String[] pair = arg.split("=", 2);
      properties.setProperty(pair[0], pair[1]);
    }
    return Session.getInstance(properties);
  }

  private static Subject login() throws LoginException {
    LoginContext login = new LoginContext("com.sun.security.jgss.initiate");
    login.login();
    return login.getSubject();
  }

  private String take(int port, int threads, int connections) throws Exception {
    AtomicInteger left = new AtomicInteger(connections);
    PrivilegedExceptionAction<Long> some =
        () -> {
          while (left.getAndDecrement() > 0) {
            connect(port);
          }
          return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        };
    ExecutorService pool = Executors.newFixedThreadPool(threads); // new threads: their CPU is all
    List<Future<Long>> ends = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      ends.add(pool.submit(() -> subject == null ? some.run() : Subject.doAs(subject, some)));
    }
    long cpu = 0;
    for (Future<Long> end : ends) {
      cpu += end.get();
    }
    long wall = System.nanoTime() - start;
    pool.shutdown();
    return wall + " " + cpu;
  }

  private void connect(int port) throws MessagingException {
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("localhost", port, user, user);
    }
  }
}
