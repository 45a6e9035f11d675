package io.github.smtpspnego.bench;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.login.LoginContext;

/**
 * A program that knows Jakarta Mail only, in a JVM of its own: with the jar on its class path or
 * without. Each line of its input, {@code port threads connections}, is a turn, and what it took is
 * the answer, in nanoseconds.
 *
 * <p>A connection is connect, EHLO, AUTH and QUIT: no mail.
 */
public final class Client {
  /** A program that logs in by itself, and connects as its own Subject. */
  static final String OWN_SUBJECT = "bench.subject";

  /** What it prints once it takes turns. */
  static final String READY = "ready";

  private Client() {}

  /** Its arguments are properties of the Session, {@code name=value}. */
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    for (String arg : args) {
      String[] pair = arg.split("=", 2);
      properties.setProperty(pair[0], pair[1]);
    }
    Session session = Session.getInstance(properties);
    Subject subject = Boolean.getBoolean(OWN_SUBJECT) ? login() : null;

    System.out.println(READY);
    BufferedReader turns =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = turns.readLine(); line != null; line = turns.readLine()) {
      String[] turn = line.split(" ", 3);
      System.out.println(
          run(
              session,
              subject,
              Integer.parseInt(turn[0]),
              Integer.parseInt(turn[1]),
              Integer.parseInt(turn[2])));
    }
  }

  private static Subject login() throws Exception {
    LoginContext login = new LoginContext("com.sun.security.jgss.initiate");
    login.login();
    return login.getSubject();
  }

  private static long run(Session session, Subject subject, int port, int threads, int connections)
      throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    AtomicInteger left = new AtomicInteger(connections);
    List<Future<?>> ends = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      ends.add(
          pool.submit(
              () -> {
                while (left.getAndDecrement() > 0) {
                  connect(session, subject, port);
                }
                return null;
              }));
    }
    for (Future<?> end : ends) {
      end.get();
    }
    long nanos = System.nanoTime() - start;
    pool.shutdown();
    return nanos;
  }

  private static void connect(Session session, Subject subject, int port) throws Exception {
    if (subject == null) {
      connect(session, port);
      return;
    }
    Subject.doAs(
        subject,
        (java.security.PrivilegedExceptionAction<Void>)
            () -> {
              connect(session, port);
              return null;
            });
  }

  private static void connect(Session session, int port) throws MessagingException {
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("localhost", port, "", "");
    }
  }
}
