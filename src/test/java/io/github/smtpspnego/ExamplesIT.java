package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.subethamail.smtp.server.SMTPServer;

/** The examples that are servers. They are in no package, so they are called by their names. */
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
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                "EmbeddedDemo")
            .redirectErrorStream(true)
            .start();
    demo.getInputStream().transferTo(printed);
    assertEquals(0, demo.waitFor());
    String text = printed.toString(StandardCharsets.UTF_8);
    assertTrue(
        text.contains("Authenticated: alice@EXAMPLE.TEST to smtp/localhost@EXAMPLE.TEST"), text);
    assertTrue(text.contains("Delivered: Hello from Kerberos"), text);
  }

  private static SMTPServer start(String example, String keytab) throws Exception {
    Method start =
        Class.forName(example).getDeclaredMethod("start", String.class, int.class, String.class);
    start.setAccessible(true);
    return (SMTPServer) start.invoke(null, "localhost", 0, keytab);
  }
}
