package io.github.smtpspnego.support;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kerby.kerberos.kerb.KrbErrorCode;
import org.apache.kerby.kerberos.kerb.type.KerberosTime;
import org.apache.kerby.kerberos.kerb.type.base.KrbError;
import org.apache.kerby.kerberos.kerb.type.base.PrincipalName;

/**
 * Stands before a KDC, TCP only (RFC 4120 section 7.2.2: four octets of length, then the message).
 * Counts the requests by their tag, and notes the errors that are answered; delays, swallows or
 * refuses requests when told to, and goes away altogether.
 */
public final class KdcProxy implements AutoCloseable {
  /** What becomes of a request. */
  public enum Mode {
    FORWARD,
    /** Taken, never answered. */
    SILENT,
    /** The connection is closed at once. */
    REFUSE,
    /**
     * Answered with a forged error 37, from a clock that is an hour late. Kerby answers a timestamp
     * that is too old with error 24.
     */
    CLOCK_SKEW
  }

  /** More than there are threads in any test: who is turned away comes back after a second. */
  private static final int MOST_WAITING = 256;

  /** Less than the KDC lets wait. */
  private static final int MOST_FORWARDED = 32;

  private static final int AS_REQ = 0x6a;
  private static final int TGS_REQ = 0x6c;
  private static final int KRB_ERROR = 0x7e;

  private final int port;
  private final int kdcPort;
  private final Semaphore forwarded = new Semaphore(MOST_FORWARDED);
  private final List<Integer> errors = new CopyOnWriteArrayList<>();
  private final AtomicInteger asRequests = new AtomicInteger();
  private final AtomicInteger tgsRequests = new AtomicInteger();
  private volatile Mode mode = Mode.FORWARD;
  private volatile Duration delay = Duration.ZERO;
  private volatile CountDownLatch held = new CountDownLatch(0);
  private volatile ServerSocket listener;
  private volatile Thread acceptor;

  private KdcProxy(ServerSocket listener, int kdcPort) {
    this.listener = listener;
    this.port = listener.getLocalPort();
    this.kdcPort = kdcPort;
  }

  public static KdcProxy to(int kdcPort) throws IOException {
    KdcProxy proxy = new KdcProxy(listen(0), kdcPort);
    proxy.start();
    return proxy;
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), MOST_WAITING);
    return listener;
  }

  private void start() {
    ServerSocket current = listener;
    Thread thread = new Thread(Kdc.THREADS, () -> accept(current), "kdc-proxy");
    thread.setDaemon(true);
    thread.start();
    acceptor = thread;
  }

  public int port() {
    return port;
  }

  /** Nobody listens any more, as where the machine's KDC process ended. */
  public void goAway() {
    close();
  }

  /** Listens again, on the same port. */
  public void comeBack() {
    try {
      listener = listen(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
  }

  /** Closes it, and waits for the thread that accepts: until it has ended, Linux still listens. */
  @Override
  public void close() {
    try {
      listener.close();
      acceptor.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The errors of RFC 4120 section 7.5.9 that the KDC answered, in order. */
  public List<Integer> errors() {
    return List.copyOf(errors);
  }

  /** AS requests since the start; the one that learns that pre-authentication is needed counts. */
  public int asRequests() {
    return asRequests.get();
  }

  /**
   * Waits until so many AS requests were received, and fails where there are more. One whose client
   * has given up is received all the same, perhaps later.
   */
  public void awaitAsRequests(int count) throws InterruptedException {
    for (int i = 0; i < 1000 && asRequests() < count; i++) {
      Thread.sleep(10);
    }
    if (asRequests() != count) {
      throw new AssertionError(asRequests() + " requests, and " + count + " were expected");
    }
  }

  public int tgsRequests() {
    return tgsRequests.get();
  }

  public void mode(Mode newMode) {
    mode = newMode;
  }

  /** Requests are held back until then; none are any more once it came. */
  public void hold(CountDownLatch until) {
    held = until;
  }

  /** How long each request is held back. */
  public void delay(Duration newDelay) {
    delay = newDelay;
  }

  private void accept(ServerSocket current) {
    while (true) {
      try {
        Socket client = current.accept();
        Thread thread = new Thread(Kdc.THREADS, () -> serve(client), "kdc-proxy-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // closed
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
      if (now == Mode.CLOCK_SKEW) {
        byte[] error = clockSkew();
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeInt(error.length);
        out.write(error);
        out.flush();
      }
      if (now == Mode.FORWARD) {
        held.await();
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
    forwarded.acquireUninterruptibly();
    try (Socket kdc = new Socket(InetAddress.getLoopbackAddress(), kdcPort)) {
      DataOutputStream toKdc = new DataOutputStream(kdc.getOutputStream());
      toKdc.writeInt(request.length);
      toKdc.write(request);
      toKdc.flush();
      DataInputStream fromKdc = new DataInputStream(kdc.getInputStream());
      byte[] reply = fromKdc.readNBytes(fromKdc.readInt());
      if ((reply[0] & 0xff) == KRB_ERROR) {
        KrbError error = new KrbError();
        error.decode(reply);
        errors.add(error.getErrorCode().getValue());
      }
      out.writeInt(reply.length);
      out.write(reply);
      out.flush();
    } finally {
      forwarded.release();
    }
  }

  /** RFC 4120 section 5.9.1. */
  private static byte[] clockSkew() throws IOException {
    KrbError error = new KrbError();
    error.setErrorCode(KrbErrorCode.KRB_AP_ERR_SKEW);
    error.setStime(new KerberosTime(Instant.now().minus(Duration.ofHours(1)).toEpochMilli()));
    error.setSusec(0);
    error.setRealm(Kdc.REALM);
    error.setSname(new PrincipalName("krbtgt/" + Kdc.REALM));
    return error.encode();
  }

  private void count(int tag) {
    if (tag == AS_REQ) {
      asRequests.incrementAndGet();
    } else if (tag == TGS_REQ) {
      tgsRequests.incrementAndGet();
    }
  }
}
