package io.github.smtpspnego.support;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a KDC, TCP only (RFC 4120 section 7.2.2: four octets of length, then the message).
 * Counts the requests by their tag; delays, swallows or refuses them when told to.
 */
public final class KdcProxy {
  /** What becomes of a request. */
  public enum Mode {
    FORWARD,
    /** Taken, never answered. */
    SILENT,
    /** The connection is closed at once. */
    REFUSE
  }

  private static final int AS_REQ = 0x6a;
  private static final int TGS_REQ = 0x6c;

  private final ServerSocket listener;
  private final int kdcPort;
  private final AtomicInteger asRequests = new AtomicInteger();
  private final AtomicInteger tgsRequests = new AtomicInteger();
  private volatile Mode mode = Mode.FORWARD;
  private volatile Duration delay = Duration.ZERO;

  private KdcProxy(ServerSocket listener, int kdcPort) {
    this.listener = listener;
    this.kdcPort = kdcPort;
  }

  static KdcProxy to(int kdcPort) throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    KdcProxy proxy = new KdcProxy(listener, kdcPort);
    Thread thread = new Thread(proxy::accept, "kdc-proxy");
    thread.setDaemon(true);
    thread.start();
    return proxy;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** AS requests since the start; the one that learns that pre-authentication is needed counts. */
  public int asRequests() {
    return asRequests.get();
  }

  public int tgsRequests() {
    return tgsRequests.get();
  }

  public void mode(Mode newMode) {
    mode = newMode;
  }

  /** How long each request is held back. */
  public void delay(Duration newDelay) {
    delay = newDelay;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread thread = new Thread(() -> serve(client), "kdc-proxy-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      byte[] request = in.readNBytes(in.readInt());
      count(request[0] & 0xff);
      Mode now = mode;
      if (now == Mode.SILENT) {
        in.read(); // until the client gives up
      }
      if (now == Mode.FORWARD) {
        Thread.sleep(delay.toMillis());
        forward(request, new DataOutputStream(client.getOutputStream()));
      }
    } catch (IOException e) {
      // The client went away, which is what some tests are about.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void forward(byte[] request, DataOutputStream out) throws IOException {
    try (Socket kdc = new Socket(InetAddress.getLoopbackAddress(), kdcPort)) {
      DataOutputStream toKdc = new DataOutputStream(kdc.getOutputStream());
      toKdc.writeInt(request.length);
      toKdc.write(request);
      toKdc.flush();
      DataInputStream fromKdc = new DataInputStream(kdc.getInputStream());
      byte[] reply = fromKdc.readNBytes(fromKdc.readInt());
      out.writeInt(reply.length);
      out.write(reply);
      out.flush();
    }
  }

  private void count(int tag) {
    if (tag == AS_REQ) {
      asRequests.incrementAndGet();
    } else if (tag == TGS_REQ) {
      tgsRequests.incrementAndGet();
    }
  }
}
