package io.github.smtpspnego.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The tool itself, driven by Angus Mail's own transport. */
class ScriptedSmtpServerIT {
  @Test
  void takesAMailAndRecordsTheDialogue() throws Exception {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().extensions("8BITMIME").start()) {
      send(server, "smtp", new Properties());
      assertEquals(1, server.mails().size());
      assertTrue(server.mails().get(0).contains("a text"), server.mails().toString());
      assertEquals("EHLO test", server.clientLines().get(0));
      assertTrue(server.serverLines().contains("250 8BITMIME"), server.transcript().toString());
    }
  }

  @Test
  void servesStartTlsAndTls() throws Exception {
    Properties settings = new Properties();
    settings.put("mail.smtp.starttls.required", "true");
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().extensions("STARTTLS").start()) {
      send(server, "smtp", settings);
      assertEquals(1, server.mails().size());
    }
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().implicitTls().start()) {
      send(server, "smtps", settings);
      assertEquals(1, server.mails().size());
    }
  }

  @Test
  void refusesLongLines() throws Exception {
    Properties settings = new Properties();
    settings.put("mail.smtp.from", "x".repeat(300) + "@example.test");
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().lineLimit(200).start()) {
      assertThrows(Exception.class, () -> send(server, "smtp", settings));
      assertTrue(server.serverLines().contains("500 5.5.2 Error: Line too long"));
      assertTrue(server.longestClientLine() > 300);
    }
  }

  @Test
  void remembersPasswords() throws Exception {
    Properties settings = new Properties();
    settings.put("mail.smtp.auth", "true");
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH PLAIN LOGIN")
            .auth(AuthScripts.answering("535 5.7.8 No"))
            .mustAuthenticate()
            .start()) {
      assertThrows(AuthenticationFailedException.class, () -> send(server, "smtp", settings));
      assertEquals(List.of("AUTH LOGIN"), server.passwords());
      assertFalse(server.transcript().contains("S: 235"));
    }
  }

  @Test
  void reportsScriptsThatFail() throws Exception {
    ScriptedSmtpServer server =
        ScriptedSmtpServer.answering(
            smtp -> {
              smtp.reply("220 hello");
              smtp.expect("STARTTLS");
            });
    assertThrows(Exception.class, () -> send(server, "smtp", new Properties()));
    assertThrows(AssertionError.class, server::close);
    server.close();
  }

  private static void send(ScriptedSmtpServer server, String protocol, Properties more)
      throws Exception {
    Properties settings = new Properties();
    String prefix = "mail." + protocol + ".";
    settings.put(
        prefix + "class",
        "org.eclipse.angus.mail.smtp.SMTP" + (protocol.equals("smtps") ? "SSL" : "") + "Transport");
    settings.put(prefix + "localhost", "test");
    settings.put(prefix + "ssl.trust", "*");
    settings.put(prefix + "ssl.checkserveridentity", "false");
    settings.putAll(more);
    Session session = Session.getInstance(settings);
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress("alice@example.test"));
    message.setText("a text");
    try (Transport transport = session.getTransport(protocol)) {
      transport.connect("localhost", server.port(), "alice", "secret");
      transport.sendMessage(message, InternetAddress.parse("bob@example.test"));
    }
  }
}
