package io.github.smtpspnego.support;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The wire between a mail program and a mail server, which can be cut after or within any line of
 * either side, or be slow.
 */
public final class CutWire implements AutoCloseable {
  /** Whose lines are counted. */
  public enum Sender {
    CLIENT,
    SERVER
  }

  /** How the wire ends. */
  public enum Cut {
    /** Both sides read an end of the stream. */
    CLOSED,
    /** Both sides get a reset. */
    RESET
  }

  private static final long PATIENCE_MILLIS = 20_000;

  private final ServerSocket listener;
  private final int serverPort;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile Sender sender = Sender.SERVER;
  private volatile int lines = Integer.MAX_VALUE;
  private volatile int octets;
  private volatile Cut cut = Cut.CLOSED;
  private volatile Duration delay = Duration.ZERO;

  private CutWire(int serverPort) {
    this.serverPort = serverPort;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("cut-wire", this::accept);
  }

  public static CutWire to(int serverPort) {
    return new CutWire(serverPort);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /**
   * The connections from now on end after so many lines of the sender, and so many octets of the
   * next one.
   */
  public void cutAfter(Sender from, int wholeLines, int octetsOfTheNext, Cut how) {
    sender = from;
    lines = wholeLines;
    octets = octetsOfTheNext;
    cut = how;
  }

  /** The connections from now on are whole, and as fast as any. */
  public void mend() {
    lines = Integer.MAX_VALUE;
    delay = Duration.ZERO;
  }

  /** How long the client's octets are under way. */
  public void delay(Duration newDelay) {
    delay = newDelay;
  }

  @Override
  public void close() {
    quietly(listener);
    sockets.forEach(CutWire::quietly);
    for (Thread thread : threads) {
      try {
        thread.join(PATIENCE_MILLIS);
        if (thread.isAlive()) {
          throw new IllegalStateException(thread + " did not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void run(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        for (Socket socket : List.of(client, server)) {
          socket.setTcpNoDelay(true);
          sockets.add(socket);
        }
        if (listener.isClosed()) { // close() may have missed them
          quietly(client);
          quietly(server);
        }
        Scissors scissors = new Scissors(lines, octets);
        Scissors none = new Scissors(Integer.MAX_VALUE, 0);
        boolean clients = sender == Sender.CLIENT;
        Duration late = delay;
        Cut how = cut;
        run("cut-wire-client", () -> carry(client, server, clients ? scissors : none, how, late));
        run(
            "cut-wire-server",
            () -> carry(server, client, clients ? none : scissors, how, Duration.ZERO));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void carry(Socket from, Socket to, Scissors scissors, Cut how, Duration late) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[1 << 14];
      while (!scissors.cut) {
        int length = in.read(buffer);
        if (length < 0) {
          break;
        }
        Thread.sleep(late.toMillis());
        out.write(buffer, 0, scissors.take(buffer, length));
      }
      if (scissors.cut && how == Cut.RESET) {
        from.setSoLinger(true, 0);
        to.setSoLinger(true, 0);
      }
    } catch (IOException e) {
      // One side is gone; so is the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      quietly(from);
      quietly(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  /** Counts lines until the wire is to be cut. */
  private static final class Scissors {
    private int linesLeft;
    private int octetsLeft;
    private boolean cut;

    Scissors(int lines, int octets) {
      linesLeft = lines;
      octetsLeft = octets;
      cut = lines == 0 && octets == 0;
    }

    /** How many of these octets get through. */
    int take(byte[] buffer, int length) {
      for (int i = 0; i < length; i++) {
        if (linesLeft > 0) {
          linesLeft -= buffer[i] == '\n' ? 1 : 0;
        } else {
          octetsLeft--;
        }
        if (linesLeft == 0 && octetsLeft == 0) {
          cut = true;
          return i + 1;
        }
      }
      return length;
    }
  }

  private static void quietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // It is to be gone, and it is.
    }
  }
}
