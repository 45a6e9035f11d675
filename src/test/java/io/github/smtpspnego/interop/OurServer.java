package io.github.smtpspnego.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** {@code examples/SmtpServer.java} in a JVM of its own, with the packaged jar. */
final class OurServer implements AutoCloseable {
  private final Process process;
  private final int port;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private OurServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static OurServer start(Peers peers) {
    try {
      int port;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      List<String> command =
          ExampleJvm.command(
              "SmtpServer",
              "java.security.krb5.conf=" + peers.file("krb5.conf"),
              "host=localhost",
              "port=" + port,
              "keytab=" + peers.file("smtp.keytab"));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      // So that peers.sh ends it where this JVM is killed.
      Files.writeString(peers.file("server" + port + ".pid"), Long.toString(process.pid()));
      OurServer server = new OurServer(process, port);
      Thread reader = new Thread(server::read);
      reader.setDaemon(true);
      reader.start();
      server.awaitLine("Listening on port " + port);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      output.lines().forEach(lines::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return port;
  }

  /** Forgets what it has printed. */
  void forgetLines() {
    lines.clear();
  }

  /** Waits for a line that the server prints; fails with what it printed instead. */
  void awaitLine(String expected) {
    StringBuilder instead = new StringBuilder();
    try {
      for (String line = lines.poll(60, TimeUnit.SECONDS);
          line != null;
          line = lines.poll(10, TimeUnit.SECONDS)) {
        if (line.equals(expected)) {
          return;
        }
        instead.append(line).append('\n');
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    throw new AssertionError("the server printed not \"" + expected + "\" but:\n" + instead);
  }

  /** Stops it by SIGTERM; returns its exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new AssertionError("the server does not stop on SIGTERM");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
