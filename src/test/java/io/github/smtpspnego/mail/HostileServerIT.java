package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mail server that attacks the transport. */
class HostileServerIT {
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9+/]{60,}");
  private static final String BOBS_PASSWORD = "bob's own secret";

  private static Kdc kdc;
  private static String cache;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    cache = kdc.ticketCache("alice", Kdc.PASSWORD).toString();
  }

  private static Program withTicket() {
    return Program.withGssapi().set("sasl.spnego.ticketcache", cache);
  }

  // 1. No mail without proof.

  /** TLS sockets that are no SSLSocket, as the return type of the factory's method allows. */
  private static final class Wrapping extends SSLSocketFactory {
    private final SSLSocketFactory real;

    Wrapping() throws Exception {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
      real = context.getSocketFactory();
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
        throws IOException {
      return new Wrapper(real.createSocket(socket, host, port, autoClose));
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return real.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return real.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      throw new IOException("not used");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
        throws IOException {
      throw new IOException("not used");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      throw new IOException("not used");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
        throws IOException {
      throw new IOException("not used");
    }
  }

  private static final class Wrapper extends Socket {
    private final Socket tls;

    Wrapper(Socket tls) {
      this.tls = tls;
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return tls.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return tls.getOutputStream();
    }

    @Override
    public InetAddress getInetAddress() {
      return tls.getInetAddress();
    }

    @Override
    public int getPort() {
      return tls.getPort();
    }

    @Override
    public synchronized void close() throws IOException {
      tls.close();
    }
  }

  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Test
  void aServerThatWantsTlsTwiceGetsNoMail() throws Exception {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("STARTTLS", "AUTH GSSAPI")
            .extensionsUnderTls("STARTTLS", "AUTH GSSAPI")
            .auth(AuthScripts.answering("530 5.7.0 Must issue a STARTTLS command first"))
            .start()) {
      Program program = withTicket().property("mail.smtp.ssl.socketFactory", new Wrapping());
      assertThrows(
          MessagingException.class,
          () -> program.send(server, null, null),
          () -> "mail without proof: " + server.transcript());
      assertEquals(List.of(), server.mails());
    }
  }

  // 2. A question for the password that the mail server brings about.

  /** KRB-ERROR of RFC 4120 section 5.9.1, in a NegTokenResp. Any server can write it. */
  private static byte[] krbError(int code) {
    byte[] time = "20300101000000Z".getBytes(StandardCharsets.US_ASCII);
    byte[] error =
        ForgedTickets.der(
            0x7e,
            ForgedTickets.der(
                0x30,
                ForgedTickets.der(0xa0, ForgedTickets.der(0x02, new byte[] {5})),
                ForgedTickets.der(0xa1, ForgedTickets.der(0x02, new byte[] {30})),
                ForgedTickets.der(0xa4, ForgedTickets.der(0x18, time)),
                ForgedTickets.der(0xa5, ForgedTickets.der(0x02, new byte[] {0})),
                ForgedTickets.der(0xa6, ForgedTickets.der(0x02, new byte[] {(byte) code}))));
    return ForgedTickets.der(
        0xa1,
        ForgedTickets.der(
            0x30,
            ForgedTickets.der(0xa0, ForgedTickets.der(0x0a, new byte[] {1})),
            ForgedTickets.der(0xa2, ForgedTickets.der(0x04, error))));
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 23, 24})
  void aMailServerCannotHaveTheUserAskedForAPassword(int code) {
    AskedUser user = AskedUser.answering("bob", BOBS_PASSWORD);
    Script script = AuthScripts.challengingToken(krbError(code), smtp -> smtp.keepSilent());
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(script).start()) {
      Program program = Program.withGssapi().authenticator(user);
      Program.Failure failure = program.failToSend(server, "bob", BOBS_PASSWORD);
      assertEquals(
          0, user.questions(), () -> server.connections() + " connections; " + failure.message());
    }
  }

  // 3. Tokens in the log.

  /** Answers the AUTH line with itself, as servers do that do not know a command. */
  private static Script echoing(String before, String after) {
    return smtp -> {
      smtp.send(before + smtp.command() + after);
      smtp.hangUp();
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"Error: ", "535-"})
  void atLevelFineTheLogHoldsNoTokenThatTheServerRepeats(String before) {
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getLoggerName() + ": " + new SimpleFormatter().formatMessage(line));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("io.github.smtpspnego"); // the README's advice
    logger.setLevel(Level.FINE);
    logger.addHandler(handler);
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(echoing(before, "\r\n"))
            .start()) {
      Program program = withTicket().set("sasl.spnego.initialresponse", "always");
      assertThrows(MessagingException.class, () -> program.send(server, null, null));
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(null);
    }
    assertEquals(List.of(), lines.stream().filter(TOKEN.asPredicate()).toList());
  }

  @Test
  void aTokenThatTheServerRepeatsInPiecesIsNotShown() {
    Script script =
        smtp -> {
          String token = smtp.argument(2);
          smtp.reply(
              "535 "
                  + Pattern.compile("(.{60})")
                      .matcher(token)
                      .results()
                      .map(piece -> piece.group(1))
                      .collect(Collectors.joining(" ")));
        };
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(script).start()) {
      Program program = withTicket().set("sasl.spnego.initialresponse", "always");
      Program.Failure failure = program.failToSend(server, null, null);
      String token = server.authLines().get(0).split(" ", -1)[2];
      assertFalse(failure.message().contains(token.substring(0, 60)), failure.message());
    }
  }

  // 4. A program's own filter.

  @Test
  void theFilterOfAProgramStays() throws Exception {
    Logger logger = Logger.getLogger("io.github.smtpspnego.mail.protocol");
    Filter ofProgram = line -> !line.getMessage().contains("confidential");
    logger.setLevel(Level.ALL);
    logger.setFilter(ofProgram);
    AuthScripts.Acceptor accepting =
        AuthScripts.accepting(kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost")));
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(accepting).start()) {
      withTicket().send(server, null, null);
      assertEquals(ofProgram, logger.getFilter());
    } finally {
      logger.setFilter(null);
      logger.setLevel(null);
    }
  }

  // 5. Messages that mislead.

  @Test
  void aReplyDoesNotEndItsOwnQuotation() {
    String forged =
        "535 x\". This server has been checked. Set mail.smtp.sasl.spnego.mutualauth=false."
            + " (TROUBLESHOOTING.md#server-moved) \"";
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(AuthScripts.answeringToken(forged))
            .start()) {
      String message = withTicket().failToSend(server, null, null).message();
      assertEquals(2, message.chars().filter(c -> c == '"').count(), message);
    }
  }

  // 6. A misspelt switch.

  @Test
  void aMisspeltSwitchIsReported() throws Exception {
    try (ScriptedSmtpServer server =
            ScriptedSmtpServer.builder()
                .extensions("AUTH GSSAPI PLAIN")
                .auth(AuthScripts.answering("235 2.7.0 Welcome"))
                .start();
        LogRecorder log = LogRecorder.start()) {
      Program.plain().set("sasl.spnego.enabled", "true").send(server, "bob", BOBS_PASSWORD);
      assertEquals(1, server.passwords().size());
      assertTrue(
          log.warnings().stream().anyMatch(line -> line.contains("spnego.enabled")),
          () -> "the password was sent, and nothing was said: " + log.warnings());
      String unused =
          "SPNEGO is not used for localhost: mail.smtp.sasl.spnego.enable is not true, or .hosts"
              + " leaves it out";
      assertTrue(log.debugs().contains(unused), () -> log.debugs().toString());
    }
  }

  // 7. DNS.

  /** README: the ticket is asked for the name in mail.smtp.host. Nothing is said of DNS here. */
  @Test
  void dnsDoesNotChooseTheServerWithoutUseCanonicalHostName() throws Exception {
    String asked = "mail.bank.test";
    String attacker = asked + ".attacker.test";
    kdc.add("smtp/" + asked, "the key of the server that is meant");
    kdc.add("smtp/" + attacker, "the key of the attacker's own machine");
    Script asAttacker =
        AuthScripts.accepting(kdc.acceptor("smtp/" + attacker, kdc.keytab("smtp/" + attacker)));
    java.nio.file.Path hosts =
        java.nio.file.Files.writeString(
            kdc.newFile("hosts"), "127.0.0.1 " + attacker + " " + asked + " localhost\n");
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(asAttacker).start()) {
      ProgramJvm.Outcome outcome =
          ProgramJvm.with(kdc)
              .system("jdk.net.hosts.file", hosts.toString())
              .set("mail.smtp.sasl.spnego.enable", "true")
              .set("mail.smtp.sasl.spnego.ticketcache", cache)
              .send(asked, server);
      assertEquals(List.of(), server.mails(), () -> outcome + " as " + attacker);
    }
  }
}
