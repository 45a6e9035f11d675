package io.github.smtpspnego.doctor;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLSocket;

/**
 * A connection to a mail server, for looking: commands and replies, and TLS whose certificate is
 * judged afterwards. Every wait and every reply is bounded.
 */
final class SmtpConnection implements Closeable {
  private static final int LONGEST_LINE = 1 << 16;
  private static final int LAST_WAIT = 1000;
  private static final int MOST_LINES = 100;

  private final MailSettings settings;
  private Socket socket;
  private InputStream in;
  private SmtpReply hello = new SmtpReply(0, List.of(""));

  private SmtpConnection(MailSettings settings, Socket socket) throws IOException {
    this.settings = settings;
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Connects; nothing is read yet. */
  static SmtpConnection open(MailSettings settings) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setSoTimeout(settings.timeout());
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(settings.host(), settings.port()), settings.timeout());
      return new SmtpConnection(settings, socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Goes over to TLS, the server being ready for it. */
  ServerCertificate startTls() throws IOException {
    ServerCertificate certificate = new ServerCertificate(settings);
    SSLSocket tls = certificate.handshake(socket);
    socket = tls;
    in = new BufferedInputStream(tls.getInputStream());
    return certificate;
  }

  boolean isTls() {
    return socket instanceof SSLSocket;
  }

  /** Sends a line and reads the reply. */
  SmtpReply command(String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return reply();
  }

  /** Says EHLO; what is answered can then be asked of {@link #extension}. */
  SmtpReply hello() throws IOException {
    hello = command("EHLO " + settings.text("localhost").orElse("localhost"));
    return hello;
  }

  /** The parameters of an extension in the answer to EHLO; empty where it is not offered. */
  Optional<String> extension(String name) {
    return hello.lines().stream()
        .skip(1)
        .map(String::strip)
        .filter(line -> line.split("[ =]", 2)[0].equalsIgnoreCase(name))
        .map(line -> line.substring(name.length()).replace('=', ' ').strip())
        .findFirst();
  }

  /** The mechanisms that AUTH offers, in capitals. */
  List<String> mechanisms() {
    return extension("AUTH")
        .map(names -> List.of(names.toUpperCase(Locale.ROOT).split(" +", -1)))
        .orElse(List.of());
  }

  /** Reads a reply of one line or more. */
  SmtpReply reply() throws IOException {
    List<String> texts = new ArrayList<>();
    while (texts.size() < MOST_LINES) {
      String line = line();
      if (!line.matches("\\d{3}([ -].*)?")) {
        throw new ProtocolException("the server does not speak SMTP: '" + line + "'");
      }
      texts.add(line.length() > 4 ? line.substring(4) : "");
      if (line.length() == 3 || line.charAt(3) == ' ') {
        return new SmtpReply(Integer.parseInt(line.substring(0, 3)), List.copyOf(texts));
      }
    }
    throw new ProtocolException("a reply of more than " + MOST_LINES + " lines");
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (line.size() < LONGEST_LINE) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (octet == '\n') {
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
      }
      line.write(octet);
    }
    throw new ProtocolException("a line of more than " + LONGEST_LINE + " octets");
  }

  /** Ends the connection, with QUIT and a short wait for its answer. */
  @Override
  public void close() {
    try (Socket open = socket) {
      open.setSoTimeout(LAST_WAIT);
      command("QUIT");
    } catch (IOException e) {
      // It is to be gone, and it is.
    }
  }
}
