package io.github.smtpspnego.support;

import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An SMTP server that takes mail from authenticated clients and keeps nothing of it but the number,
 * so that what a test finds in memory is not the server's. A thread for each connection.
 */
public final class SmtpSink implements AutoCloseable {
  private static final int MOST_WAITING = 256;

  private final SmtpAuthServer server;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger logins = new AtomicInteger();
  private final AtomicInteger mails = new AtomicInteger();

  private SmtpSink(Map<String, ?> settings) {
    this.server = AuthServers.of("localhost", settings);
    try {
      listener = new ServerSocket(0, MOST_WAITING, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("smtp-sink", this::accept);
  }

  /** Starts localhost with these settings of the acceptor. */
  public static SmtpSink start(Map<String, ?> settings) {
    return new SmtpSink(settings);
  }

  public int port() {
    return listener.getLocalPort();
  }

  public int logins() {
    return logins.get();
  }

  public int mails() {
    return mails.get();
  }

  @Override
  public void close() {
    quietly(listener);
    sockets.forEach(SmtpSink::quietly);
  }

  private static void run(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        run("smtp-sink-connection", () -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      new Connection(socket).serve();
    } catch (IOException e) {
      // The client went away, or the test is over.
    } finally {
      sockets.remove(socket);
    }
  }

  private static void quietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // It is to be gone, and it is.
    }
  }

  private final class Connection {
    private final SmtpAuthExchange.LineReader in;
    private final OutputStream out;
    private final SmtpAuthExchange exchange;
    private boolean authenticated;

    Connection(Socket socket) throws IOException {
      exchange = server.exchange(socket.getRemoteSocketAddress());
      in = new SmtpAuthExchange.LineReader(new BufferedInputStream(socket.getInputStream()));
      out = socket.getOutputStream();
    }

    void serve() throws IOException {
      reply("220 localhost ESMTP");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        switch (line.split("[ :]", 2)[0]) {
          case "EHLO" -> reply("250-localhost\r\n250 AUTH GSSAPI GSS-SPNEGO");
          case "AUTH" -> authenticate(line);
          case "MAIL" -> reply(authenticated ? "250 2.1.0 Ok" : "530 5.7.0 No");
          case "DATA" -> takeMail();
          case "QUIT" -> {
            reply("221 2.0.0 Bye");
            return;
          }
          default -> reply("250 2.0.0 Ok");
        }
      }
    }

    private void authenticate(String line) throws IOException {
      Reply answer = exchange.auth(line);
      reply(answer.line());
      while (answer.isContinuation()) {
        String next = in.readLine();
        if (next == null) {
          return;
        }
        answer = exchange.auth(next);
        reply(answer.line());
      }
      if (answer.isSuccess()) {
        authenticated = true;
        logins.incrementAndGet();
      }
    }

    private void takeMail() throws IOException {
      reply("354 Go on");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals(".")) {
          mails.incrementAndGet();
          reply("250 2.0.0 Ok");
          return;
        }
      }
    }

    private void reply(String line) throws IOException {
      out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }
  }
}
