package io.github.smtpspnego.support;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An SMTP server on the loopback interface that does what a test tells it to: what real servers do
 * not do, or do only when they are broken.
 *
 * <p>Each connection runs a {@link Script}. {@link #answering} runs one written by hand from the
 * greeting on. {@link #builder} makes one that behaves like a plain server (EHLO, STARTTLS, MAIL,
 * RCPT, DATA, RSET, NOOP, QUIT), where AUTH goes to a script of the test's, and any other command
 * can be given one:
 *
 * <pre>{@code
 * try (var server =
 *     ScriptedSmtpServer.builder()
 *         .extensions("AUTH GSSAPI NTLM")
 *         .auth(smtp -> smtp.reply("235 2.7.0 Welcome, whoever you are"))
 *         .start()) {
 *   ...
 *   assertEquals(List.of(), server.mails());
 * }
 * }</pre>
 *
 * <p>Everything is bounded: lines, the time that a read waits, the number of connections. {@link
 * #close} ends all of it, and throws what a script threw (a client that goes away is no such thing)
 * or if a thread is left.
 */
public final class ScriptedSmtpServer implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 100;
  private static final int LONGEST_LINE = 1 << 20;

  /** RFC 4954 section 4: the longest line within an exchange. */
  private static final int AUTH_LINE = 12288;

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Set<String> PASSWORD_MECHANISMS =
      Set.of("PLAIN", "LOGIN", "NTLM", "DIGEST-MD5", "CRAM-MD5", "XOAUTH2");

  /** What the server does, on one connection or at one command. */
  @FunctionalInterface
  public interface Script {
    /**
     * Does it. A client that goes away ends it quietly.
     *
     * @param smtp the connection
     * @throws Exception to be thrown again by {@link ScriptedSmtpServer#close}
     */
    void run(Dialogue smtp) throws Exception;
  }

  /** Signals that the connection is over, as it is when the client or the script closes it. */
  private static final class ConnectionOver extends IOException {
    private static final long serialVersionUID = 1L;

    ConnectionOver() {
      super("the connection is over");
    }
  }

  private final ServerSocket listener;
  private final Script script;
  private final boolean implicitTls;
  private final List<String> transcript = new CopyOnWriteArrayList<>();
  private final List<String> mails = new CopyOnWriteArrayList<>();
  private final List<String> passwords = new CopyOnWriteArrayList<>();
  private final List<Throwable> problems = new CopyOnWriteArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  private ScriptedSmtpServer(Script script, boolean implicitTls) {
    this.script = script;
    this.implicitTls = implicitTls;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("scripted-smtp", this::accept);
  }

  /** A server that runs this script on each connection, from the greeting on. */
  public static ScriptedSmtpServer answering(Script script) {
    return new ScriptedSmtpServer(script, false);
  }

  /** A server that offers GSSAPI, answers AUTH with this script, and takes mail only after it. */
  public static ScriptedSmtpServer offeringGssapi(Script auth) {
    return builder().extensions("AUTH GSSAPI").auth(auth).mustAuthenticate().start();
  }

  /** A plain server, to be changed. Without changes it takes mail from anybody. */
  public static Builder builder() {
    return new Builder();
  }

  public int port() {
    return listener.getLocalPort();
  }

  public int connections() {
    return connections.get();
  }

  /** All lines so far, in order: {@code C: EHLO localhost}, {@code S: 250 localhost}. */
  public List<String> transcript() {
    return List.copyOf(transcript);
  }

  /** What clients sent, a line each, without CRLF; the text of mails is not among it. */
  public List<String> clientLines() {
    return transcript.stream().filter(l -> l.startsWith("C: ")).map(l -> l.substring(3)).toList();
  }

  /** What the server answered, a line each. */
  public List<String> serverLines() {
    return transcript.stream().filter(l -> l.startsWith("S: ")).map(l -> l.substring(3)).toList();
  }

  /** The AUTH commands that clients sent. */
  public List<String> authLines() {
    return clientLines().stream()
        .filter(line -> line.toUpperCase(Locale.ROOT).startsWith("AUTH "))
        .toList();
  }

  /** The length of the longest line that a client sent, with its CRLF. */
  public int longestClientLine() {
    return clientLines().stream().mapToInt(line -> line.length() + 2).max().orElse(0);
  }

  /** The mails that were taken, each with its headers. */
  public List<String> mails() {
    return List.copyOf(mails);
  }

  /** What was sent as or instead of a password: AUTH lines and answers of such mechanisms. */
  public List<String> passwords() {
    return List.copyOf(passwords);
  }

  /** Ends all connections and waits for their threads. May be called again. */
  @Override
  public void close() {
    quietly(listener);
    sockets.forEach(ScriptedSmtpServer::quietly);
    for (Thread thread : threads) {
      try {
        thread.join(PATIENCE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (thread.isAlive()) {
        throw new AssertionError("the thread " + thread.getName() + " does not end");
      }
    }
    if (!problems.isEmpty()) {
      AssertionError error = new AssertionError("a script failed; " + transcript);
      problems.forEach(error::addSuppressed);
      problems.clear();
      throw error;
    }
  }

  private void run(String name, Runnable task) {
    Thread thread = new Thread(task, name + "-" + listener.getLocalPort());
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void accept() {
    while (connections.get() < MOST_CONNECTIONS) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        connections.incrementAndGet();
        run("scripted-smtp-connection", () -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
    quietly(listener);
  }

  private void serve(Socket plain) {
    Dialogue smtp = null;
    try {
      plain.setSoTimeout((int) PATIENCE.toMillis());
      plain.setTcpNoDelay(true);
      smtp = new Dialogue(plain);
      if (implicitTls) {
        smtp.wrapInTls();
      }
      script.run(smtp);
    } catch (SocketTimeoutException e) {
      problems.add(e);
    } catch (IOException e) {
      // The client went away, or the test is over.
    } catch (Exception | AssertionError e) {
      problems.add(e);
    } finally {
      if (smtp != null) {
        quietly(smtp.socket);
      }
      quietly(plain);
      sockets.remove(plain);
    }
  }

  private static void quietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // It is to be gone, and it is.
    }
  }

  /** One connection, as a script sees it. */
  public final class Dialogue {
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private int lineLimit = LONGEST_LINE;
    private String command = "";
    private boolean welcomed;

    private Dialogue(Socket socket) throws IOException {
      use(socket);
    }

    private void use(Socket next) throws IOException {
      socket = next;
      in = next.getInputStream();
      out = next.getOutputStream();
    }

    /** The command that a script of a {@link Builder} is run for. */
    public String command() {
      return command;
    }

    /** What follows a word of the command: {@code argument(2)} is AUTH's initial response. */
    public String argument(int index) {
      String[] words = command.split(" ", -1);
      return words.length > index ? words[index] : "";
    }

    public boolean isTls() {
      return socket instanceof SSLSocket;
    }

    /**
     * Longer commands, with CRLF, are answered with 500 and not handed out. For the lines that
     * answer a 334 the limit is that of RFC 4954 section 4, as in Postfix.
     */
    public void lineLimit(int octets) {
      lineLimit = octets;
    }

    /** The client's next line, without CRLF. */
    public String read() throws IOException {
      return read(lineLimit);
    }

    private String read(int limit) throws IOException {
      while (true) {
        String line = readLine();
        transcript.add("C: " + line);
        if (line.length() + 2 <= limit) {
          return line;
        }
        reply("500 5.5.2 Error: Line too long");
      }
    }

    private String readLine() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      while (line.size() < LONGEST_LINE) {
        int octet = in.read();
        if (octet < 0) {
          throw new ConnectionOver();
        }
        if (octet == '\n') {
          String text = line.toString(StandardCharsets.ISO_8859_1);
          return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }
        line.write(octet);
      }
      throw new AssertionError("a line of more than " + LONGEST_LINE + " octets");
    }

    /** The client's next line, which must begin so; what follows is returned. */
    public String expect(String beginning) throws IOException {
      String line = read();
      if (!line.regionMatches(true, 0, beginning, 0, beginning.length())) {
        throw new AssertionError("the client sent " + line + " where " + beginning + " was due");
      }
      return line.substring(beginning.length());
    }

    /** The client's next line, base64 taken off. */
    public byte[] readToken() throws IOException {
      return Base64.getDecoder().decode(read(AUTH_LINE));
    }

    /** Sends lines as they are, CRLF added to each. */
    public void reply(String... lines) throws IOException {
      for (String line : lines) {
        transcript.add("S: " + line);
        welcomed |= line.startsWith("235");
        out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      }
      out.flush();
    }

    /** Sends this and no line end: the beginning of a reply. */
    public void send(String text) throws IOException {
      transcript.add("S: " + text);
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Sends a multi-line reply: {@code 250-first}, {@code 250 last}. */
    public void replyLines(int code, List<String> texts) throws IOException {
      for (int i = 0; i < texts.size(); i++) {
        reply(code + (i < texts.size() - 1 ? "-" : " ") + texts.get(i));
      }
    }

    /** Sends 334 with these octets in base64. */
    public void challenge(byte[] octets) throws IOException {
      reply("334 " + Base64.getEncoder().encodeToString(octets));
    }

    /** Sends 334 with these octets and reads the client's answer. */
    public byte[] exchange(byte[] octets) throws IOException {
      challenge(octets);
      return readToken();
    }

    /** The first token: the AUTH line's, or what comes after a 334 with this text. */
    public byte[] firstToken(String prompt) throws IOException {
      String inLine = argument(2);
      if (!inLine.isEmpty()) {
        return inLine.equals("=") ? new byte[0] : Base64.getDecoder().decode(inLine);
      }
      reply("334 " + prompt);
      return readToken();
    }

    /** Answers EHLO with these extensions; HELO and anything else is an error. */
    public void ehlo(String... extensions) throws IOException {
      expect("EHLO");
      List<String> texts = new ArrayList<>(List.of("localhost"));
      texts.addAll(List.of(extensions));
      replyLines(250, texts);
    }

    /** Sends 220 to STARTTLS, which was read already, and goes over to TLS. */
    public void startTls() throws IOException, GeneralSecurityException {
      reply("220 2.0.0 Ready to start TLS");
      wrapInTls();
    }

    private void wrapInTls() throws IOException, GeneralSecurityException {
      SSLSocket tls =
          (SSLSocket)
              Tls.CONTEXT
                  .getSocketFactory()
                  .createSocket(socket, "localhost", socket.getPort(), true);
      tls.setUseClientMode(false);
      tls.startHandshake();
      use(tls);
    }

    /** Ends the connection. */
    public void hangUp() throws IOException {
      socket.close();
      throw new ConnectionOver();
    }

    /** Says nothing until the client goes away or the test is over. */
    public void keepSilent() throws IOException {
      while (in.read() >= 0) {
        // taken, never answered
      }
      throw new ConnectionOver();
    }

    /** Remembers something as a password; {@link ScriptedSmtpServer#passwords} shows it. */
    public void rememberPassword(String text) {
      passwords.add(text);
    }

    private void takeMail() throws IOException {
      reply("354 End data with <CR><LF>.<CR><LF>");
      StringBuilder mail = new StringBuilder();
      for (String line = readLine(); !line.equals("."); line = readLine()) {
        mail.append(line.startsWith(".") ? line.substring(1) : line).append('\n');
      }
      mails.add(mail.toString());
      reply("250 2.0.0 Ok: queued");
    }
  }

  /** A plain server whose AUTH, and any other command, a test can replace. */
  public static final class Builder {
    private List<String> extensions = List.of();
    private List<String> extensionsUnderTls = List.of();
    private final Map<String, Script> commands = new LinkedHashMap<>();
    private Script greeting = smtp -> smtp.reply("220 localhost ESMTP scripted");
    private int lineLimit = LONGEST_LINE;
    private boolean implicitTls;
    private boolean mustAuthenticate;

    private Builder() {
      commands.put("AUTH", smtp -> smtp.reply("504 5.7.4 Unrecognized authentication type"));
    }

    /** The lines of the EHLO reply after its first. STARTTLS is served where it is among them. */
    public Builder extensions(String... lines) {
      extensions = List.of(lines);
      extensionsUnderTls =
          extensions.stream().filter(line -> !line.equalsIgnoreCase("STARTTLS")).toList();
      return this;
    }

    /** The lines of the EHLO reply under TLS, where they differ. */
    public Builder extensionsUnderTls(String... lines) {
      extensionsUnderTls = List.of(lines);
      return this;
    }

    /**
     * What AUTH is answered with. Mechanisms that send passwords are remembered as such first, and
     * then given to this script too.
     */
    public Builder auth(Script script) {
      return on("AUTH", script);
    }

    /** What a command is answered with; the script's command has not been answered yet. */
    public Builder on(String verb, Script script) {
      commands.put(verb, script);
      return this;
    }

    /** What comes in place of the greeting. */
    public Builder greeting(Script script) {
      greeting = script;
      return this;
    }

    /** Longer lines are answered with {@code 500 5.5.2}. With CRLF. */
    public Builder lineLimit(int octets) {
      lineLimit = octets;
      return this;
    }

    /** TLS from the first octet on, as for smtps. */
    public Builder implicitTls() {
      implicitTls = true;
      return this;
    }

    /** MAIL is answered with 530 until a script answered AUTH with 235. */
    public Builder mustAuthenticate() {
      mustAuthenticate = true;
      return this;
    }

    public ScriptedSmtpServer start() {
      return new ScriptedSmtpServer(this::serve, implicitTls);
    }

    private void serve(Dialogue smtp) throws Exception {
      smtp.lineLimit(lineLimit);
      greeting.run(smtp);
      while (true) {
        String line = smtp.read();
        String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
        smtp.command = line;
        if (verb.equals("AUTH")
            && PASSWORD_MECHANISMS.contains(smtp.argument(1).toUpperCase(Locale.ROOT))) {
          smtp.rememberPassword(line);
        }
        Script replaced = commands.get(verb);
        if (replaced != null) {
          replaced.run(smtp);
        } else if (!serve(smtp, verb)) {
          return;
        }
      }
    }

    private boolean serve(Dialogue smtp, String verb) throws Exception {
      switch (verb) {
        case "EHLO", "HELO" -> {
          List<String> texts = new ArrayList<>(List.of("localhost"));
          if (verb.equals("EHLO")) {
            texts.addAll(smtp.isTls() ? extensionsUnderTls : extensions);
          }
          smtp.replyLines(250, texts);
        }
        case "STARTTLS" -> {
          if (extensions.contains("STARTTLS") && !smtp.isTls()) {
            smtp.startTls();
          } else {
            smtp.reply("502 5.5.1 Command not implemented");
          }
        }
        case "MAIL" ->
            smtp.reply(
                mustAuthenticate && !smtp.welcomed
                    ? "530 5.7.0 Authentication required"
                    : "250 2.1.0 Ok");
        case "RCPT" -> smtp.reply("250 2.1.5 Ok");
        case "DATA" -> smtp.takeMail();
        case "RSET", "NOOP" -> smtp.reply("250 2.0.0 Ok");
        case "QUIT" -> {
          smtp.reply("221 2.0.0 Bye");
          return false;
        }
        default -> smtp.reply("502 5.5.1 Command not implemented");
      }
      return true;
    }
  }

  /** The key of GreenMail's own TLS sockets: a certificate that nobody has signed. */
  private static final class Tls {
    static final SSLContext CONTEXT = context();

    private static SSLContext context() {
      char[] password = "changeit".toCharArray();
      try (InputStream in = Tls.class.getResourceAsStream("/greenmail.p12")) {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(in, password);
        KeyManagerFactory factory =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
      } catch (IOException | GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
