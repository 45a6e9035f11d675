package io.github.smtpspnego.doctor;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Arrays;

/** The two protocols for requests to a KDC, RFC 4120 section 7.2. Every wait is limited. */
enum KdcWire {
  /** Each message follows its length in four octets. */
  TCP {
    @Override
    byte[] ask(InetSocketAddress kdc, byte[] request) throws IOException {
      try (Socket socket = new Socket()) {
        socket.setSoTimeout(TIMEOUT);
        socket.connect(kdc, TIMEOUT);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(request.length);
        out.write(request);
        out.flush();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int length = in.readInt();
        if (length <= 0 || length > LARGEST) {
          throw new IOException("it is no KDC: a message of " + length + " octets");
        }
        return in.readNBytes(length);
      }
    }
  },
  /** Each message is one datagram. A request that is not answered is repeated. */
  UDP {
    @Override
    byte[] ask(InetSocketAddress kdc, byte[] request) throws IOException {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(kdc);
        socket.setSoTimeout(TIMEOUT / TRIES);
        DatagramPacket answer = new DatagramPacket(new byte[LARGEST], LARGEST);
        for (int i = 1; ; i++) {
          socket.send(new DatagramPacket(request, request.length));
          try {
            socket.receive(answer);
            return Arrays.copyOf(answer.getData(), answer.getLength());
          } catch (SocketTimeoutException e) {
            if (i == TRIES) {
              throw e;
            }
          }
        }
      }
    }
  };

  static final int TIMEOUT = 3000;
  private static final int TRIES = 3;
  private static final int LARGEST = 1 << 16;
  private static final int PORT = 88;

  /** Sends a request and waits for the answer. */
  abstract byte[] ask(InetSocketAddress kdc, byte[] request) throws IOException;

  /** {@code host}, {@code host:port}, {@code [address]} or {@code [address]:port}. */
  static InetSocketAddress address(String text) throws IOException {
    int colon = text.lastIndexOf(':');
    boolean isBracketed = text.startsWith("[");
    boolean hasPort =
        colon > 0 && (isBracketed ? text.charAt(colon - 1) == ']' : text.indexOf(':') == colon);
    String host = (hasPort ? text.substring(0, colon) : text).replaceAll("[\\[\\]]", "");
    try {
      int port = hasPort ? Integer.parseInt(text.substring(colon + 1)) : PORT;
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new UnknownHostException(host);
      }
      return address;
    } catch (IllegalArgumentException e) {
      throw new IOException("'" + text + "' is no host with a port", e);
    }
  }

  /** Why there was no answer. */
  static String problem(Exception e) {
    if (e instanceof UnknownHostException) {
      return "no such host";
    }
    if (e instanceof SocketTimeoutException) {
      return "no answer in " + TIMEOUT / 1000 + " seconds";
    }
    if (e instanceof ConnectException || e instanceof PortUnreachableException) {
      return "refused";
    }
    return e instanceof EOFException
        ? "it closes the connection"
        : e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
