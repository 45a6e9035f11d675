package io.github.smtpspnego.doctor;

import static io.github.smtpspnego.doctor.Scene.KDC;
import static io.github.smtpspnego.doctor.Scene.diagnose;
import static io.github.smtpspnego.doctor.Scene.mailServer;
import static io.github.smtpspnego.doctor.Scene.options;
import static io.github.smtpspnego.doctor.Scene.says;
import static io.github.smtpspnego.doctor.Scene.withTicket;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.KdcProxy;
import io.github.smtpspnego.support.MailServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be wrong with Kerberos: the configuration, KDCs, credentials and names. */
@ResourceLock("java.security.Security")
class DoctorKerberosIT {
  @AfterEach
  void letTheKdcAnswer() {
    KDC.proxy().mode(KdcProxy.Mode.FORWARD);
  }

  @Test
  void aKeytabIsListed() {
    Path keytab = KDC.keytab("bob");
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          diagnose(server.port(), "--keytab=" + keytab, "--principal=" + Kdc.full("bob"));
      assertEquals(0, diagnosis.exitCode(), diagnosis.text());
      says(diagnosis.of("credentials"), "holds bob@EXAMPLE.TEST, kvno 1, aes");
      assertEquals(List.of(Kdc.full("bob")), server.principals());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SILENT", "REFUSE"})
  void aKdcThatDoesNotAnswer(KdcProxy.Mode mode) {
    KDC.proxy().mode(mode);
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          Diagnosis.of(Map.of("MAIL_PASSWORD", "a secret"), options(server.port(), "--user=frank"));
      Finding failure = diagnosis.failsOnlyIn("kerberos", "kdc-unreachable");
      says(failure.text(), "localhost:" + KDC.proxy().port());
      says(failure.remedy(), "port 88");
      for (String step : List.of("clock", "credentials", "names", "exchange")) {
        assertTrue(diagnosis.isSkipped(step), step);
      }
    }
  }

  @Test
  void aRealmThatNobodyKnows() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port(), "--principal=alice@NOWHERE.INVALID");
      diagnosis.failsIn("kerberos", "kdc-unreachable");
    }
  }

  @Test
  void noTicket() {
    Path missing = KDC.newFile("nothing");
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = diagnose(server.port(), "--ticketcache=" + missing);
      Finding failure = diagnosis.failsOnlyIn("credentials", "no-credentials");
      says(failure.text(), missing.toString(), "does not exist");
      says(failure.remedy(), "kinit");
      assertTrue(diagnosis.isSkipped("names"));
      assertTrue(diagnosis.isSkipped("exchange"));
      assertTrue(server.principals().isEmpty());
    }
  }

  @Test
  void aWrongPassword() {
    KDC.add("grace", "her own secret");
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis =
          Diagnosis.of(
              Map.of("MAIL_PASSWORD", "not her secret"), options(server.port(), "--user=grace"));
      diagnosis.failsOnlyIn("credentials", "wrong-password");
      assertFalse(diagnosis.text().contains("not her secret"), diagnosis.text());
    }
  }

  @Test
  void aKeytabThatLacksThePrincipal() {
    try (MailServer server = mailServer()) {
      Finding failure =
          diagnose(
                  server.port(),
                  "--keytab=" + KDC.keytab("bob"),
                  "--principal=" + Kdc.full("alice"))
              .failsOnlyIn("credentials", "keytab");
      says(failure.text(), "bob@EXAMPLE.TEST");
    }
  }

  @Test
  void aTargetNameThatTheKdcDoesNotKnow() {
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port(), "--service=SMTPSVC");
      Finding failure = diagnosis.failsOnlyIn("names", "server-unknown");
      says(failure.text(), "SMTPSVC@localhost", "Server not found");
      says(failure.remedy(), "mail.smtp.sasl.spnego.spn=smtp@localhost");
      assertTrue(diagnosis.isSkipped("exchange"));
    }
  }

  /** Silent ones come first, and the JDK asks one after the other, as long as it is told to. */
  @Test
  void fifteenKdcsThatKeepSilentDoNotHideTheOneThatAnswers() throws Exception {
    List<ServerSocket> silent = new ArrayList<>();
    try (MailServer server = mailServer()) {
      for (int i = 0; i < 15; i++) {
        silent.add(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports =
          new ArrayList<>(silent.stream().map(ServerSocket::getLocalPort).toList());
      ports.add(KDC.proxy().port());
      Kdc.Settings settings =
          KDC.settings().kdcs(ports.toArray(Integer[]::new)).set("kdc_timeout", "300");
      try (Kdc.Configured configured = settings.use()) {
        Diagnosis diagnosis = withTicket(server.port());
        assertEquals(0, diagnosis.exitCode(), diagnosis.text());
        says(
            diagnosis.of("kerberos"),
            configured.file().toString(),
            "localhost:" + ports.get(0) + " (TCP: no answer in 3 seconds; UDP: refused)",
            "localhost:" + KDC.proxy().port() + ", named by krb5.conf, answers over TCP");
        assertEquals(List.of(Kdc.full("alice")), server.principals());
      }
    } finally {
      for (ServerSocket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void udpThatTheJdkWouldAskFirstIsPointedOut() {
    try (MailServer server = mailServer();
        Kdc.Configured configured = KDC.settings().without("udp_preference_limit").use()) {
      Diagnosis diagnosis = withTicket(server.port());
      says(diagnosis.of("kerberos"), configured.file().toString());
      Finding warning = diagnosis.findings().get("kerberos").get(2);
      assertEquals(Status.WARN, warning.status());
      says(warning.text(), "answers over TCP and not over UDP (refused)");
      says(warning.remedy(), "udp_preference_limit = 1");
    }
  }

  @Test
  void aKrb5ConfThatTheJdkDoesNotUse() throws Exception {
    Path broken = Files.writeString(KDC.newFile("broken"), "[libdefaults]\n default_realm\n");
    String before = System.getProperty("java.security.krb5.conf");
    System.setProperty("java.security.krb5.conf", broken.toString());
    try (MailServer server = mailServer()) {
      Diagnosis diagnosis = withTicket(server.port());
      diagnosis.failsIn("kerberos", "no-realm");
      says(diagnosis.of("kerberos"), broken.toString(), "has no equals sign");
    } finally {
      System.setProperty("java.security.krb5.conf", before);
    }
  }
}
