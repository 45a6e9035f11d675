package io.github.smtpspnego.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.ChildJvm;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two web applications in one Tomcat, each with its own copies of the jar and of Angus Mail. */
class TomcatIT {
  private static final Kdc KDC = Kdc.shared();
  private static final int MAILS = Integer.getInteger("programs.mails", 500);

  @TempDir Path directory;

  @Test
  void eachSendsAsItsOwnPrincipalAndIsCollectedOnceUndeployed() throws Exception {
    Map<String, ?> acceptor =
        Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString());
    try (MailServer ofAlice = MailServer.start(acceptor);
        MailServer ofBob = MailServer.start(acceptor)) {
      deploy("alice", ofAlice.port());
      deploy("bob", ofBob.port());
      Program tomcat = Program.of("tomcat");
      ChildJvm.Outcome outcome =
          ChildJvm.java(
              Map.of(),
              List.of(
                  "-Djava.security.krb5.conf=" + KDC.configuration(),
                  "-cp",
                  tomcat.classPath(tomcat.compile(0)),
                  "TomcatMail",
                  directory.toString(),
                  Integer.toString(MAILS)));
      assertTrue(outcome.output().contains("both collected"), outcome.output());
      assertEquals(Collections.nCopies(MAILS, Kdc.full("alice")), ofAlice.principals());
      assertEquals(MAILS, ofAlice.received().length);
      // One more while alice's application is gone.
      assertEquals(Collections.nCopies(MAILS + 1, Kdc.full("bob")), ofBob.principals());
      assertEquals(MAILS + 1, ofBob.received().length);
    }
  }

  /** A web application as it is unpacked, with all that it needs in it. */
  private void deploy(String name, int port) throws IOException {
    Path inside = Files.createDirectories(directory.resolve(name).resolve("WEB-INF"));
    Path lib = Files.createDirectories(inside.resolve("lib"));
    Program application = Program.of("web-application");
    List<Path> jars = new ArrayList<>(application.libraries());
    jars.add(Program.JAR);
    for (Path jar : jars) {
      Files.copy(jar, lib.resolve(jar.getFileName()));
    }
    List<Path> api = new ArrayList<>(jars);
    api.addAll(Program.of("tomcat").libraries());
    Path classes = application.compile(port, "-cp", Program.path(api.stream()));
    Files.move(classes, inside.resolve("classes"));
    Files.writeString(
        inside.resolve("mail.properties"),
        Program.local(
            """
            mail.smtp.host=mail.contoso.com
            mail.smtp.port=587
            mail.smtp.sasl.spnego.enable=true
            mail.smtp.sasl.spnego.keytab=%s
            """
                .formatted(KDC.keytab(name)),
            port));
  }
}
