package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.ChildJvm;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.AuthenticationFailedException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.subethamail.smtp.server.SMTPServer;

/** Examples, run. They are in no package, so they are called by their names. */
@ResourceLock(Resources.SYSTEM_OUT)
class ExamplesIT {
  private static final Kdc KDC = Kdc.shared();

  @Test
  void subEthaSmtpTakesMailFromAuthenticatedClients() throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    SMTPServer server = start("SubEthaServer", KDC.keytab("smtp/localhost").toString());
    try {
      Mailer mailer =
          Mailer.to(server.getPortAllocated())
              .spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
      mailer.send();
      mailer.with("mail.smtp.sasl.mechanisms", "GSS-SPNEGO").send();
      mailer.with("mail.smtp.sasl.authorizationid", "bob");
      assertThrows(AuthenticationFailedException.class, mailer::send);
    } finally {
      server.stop();
      System.setOut(before);
    }
    String line = "Mail from alice@EXAMPLE.TEST to bob@example.test";
    assertEquals(2, printed.toString(StandardCharsets.UTF_8).lines().filter(line::equals).count());
  }

  @Test
  void theDemoDelivers() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Process demo =
        ChildJvm.limited(
            new ProcessBuilder(
                    System.getProperty("java.home") + "/bin/java",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "EmbeddedDemo")
                .redirectErrorStream(true)
                .start());
    demo.getInputStream().transferTo(printed);
    String text = printed.toString(StandardCharsets.UTF_8);
    assertEquals(0, demo.waitFor(), text);
    assertTrue(
        text.contains("Authenticated: alice@EXAMPLE.TEST to smtp/localhost@EXAMPLE.TEST"), text);
    assertTrue(text.contains("Delivered: Hello from Kerberos"), text);
  }

  @Test
  void commonsNetSendsMailToAServerThatProvesItsIdentity() throws Exception {
    Map<String, ?> settings =
        Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString());
    try (MailServer server = MailServer.start(settings)) {
      ChildJvm.Outcome sent = sendWithCommonsNet(server.port());
      assertTrue(sent.output().contains("Sent: Sent with Commons Net"), sent.output());
      assertEquals(List.of(Kdc.full("alice")), server.principals());
      assertEquals("Sent with Commons Net", server.received()[0].getSubject());
    }
  }

  @Test
  void commonsNetSendsNothingToAServerThatReportsSuccessWithoutProof() throws Exception {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(AuthScripts.answeringToken("235 2.7.0 Welcome, whoever you are"))
            .start()) {
      ChildJvm.Outcome refused = sendWithCommonsNet(server.port());
      assertTrue(refused.output().contains("#no-server-proof"), refused.output());
      assertEquals(1, server.authLines().size());
      assertEquals(List.of(), server.mails());
    }
  }

  private static ChildJvm.Outcome sendWithCommonsNet(int port) throws ClassNotFoundException {
    return ChildJvm.run(
        Class.forName("SendMailWithCommonsNet"),
        Map.of(),
        List.of(
            "java.security.krb5.conf=" + KDC.configuration(),
            "mail.smtp.sasl.spnego.ticketcache=" + KDC.ticketCache("alice", Kdc.PASSWORD),
            "host=localhost",
            "port=" + port,
            "starttls=false",
            "from=alice@example.test",
            "to=bob@example.test"));
  }

  private static SMTPServer start(String example, String keytab) throws Exception {
    Method start =
        Class.forName(example).getDeclaredMethod("start", String.class, int.class, String.class);
    start.setAccessible(true);
    return (SMTPServer) start.invoke(null, "localhost", 0, keytab);
  }
}
