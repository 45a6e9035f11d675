package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code mail.smtp.sasl.usecanonicalhostname}: the program knows the server by an alias, and the
 * ticket is for the name that the address has. The program's JVM has a hosts file of its own.
 */
class CanonicalHostNameIT {
  private static final String ALIAS = "nickname.example.test";

  private static Kdc kdc;
  private static Path hosts;
  private static Path cache;
  private static Script asReal;

  @BeforeAll
  static void nameTheHosts() throws Exception {
    kdc = Kdc.shared();
    kdc.add("smtp/nickname.example.test", "a key that the server does not hold");
    kdc.add("smtp/real.example.test", "the server's key");
    cache = kdc.ticketCache("alice", Kdc.PASSWORD);
    asReal =
        AuthScripts.accepting(
            kdc.acceptor("smtp/real.example.test", kdc.keytab("smtp/real.example.test")));
    hosts =
        Files.writeString(
            kdc.newFile("hosts"), "127.0.0.1 real.example.test " + ALIAS + " localhost\n");
  }

  private static ProgramJvm program() {
    return ProgramJvm.with(kdc)
        .system("jdk.net.hosts.file", hosts.toString())
        .set("mail.smtp.sasl.enable", "true")
        .set("mail.smtp.sasl.mechanisms", "GSSAPI")
        .set("mail.smtp.sasl.usecanonicalhostname", "true")
        .set("mail.smtp.sasl.spnego.ticketcache", cache.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "real.example.test"})
  void theTicketIsForTheCanonicalName(String patterns) throws Exception {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.offeringGssapi(asReal)) {
      ProgramJvm.Outcome outcome =
          program().set("mail.smtp.sasl.spnego.hosts", patterns).send(ALIAS, server);
      assertEquals("sent", outcome.reason(), outcome.message());
      assertEquals(1, server.mails().size());
    }
  }

  @Test
  void theServerOfTheCanonicalNameProvesItself() throws Exception {
    Script unproved = AuthScripts.answeringToken("235 2.7.0 Authentication successful");
    try (ScriptedSmtpServer server = ScriptedSmtpServer.offeringGssapi(unproved)) {
      ProgramJvm.Outcome outcome =
          program().set("mail.smtp.sasl.spnego.hosts", "real.*").send(ALIAS, server);
      assertEquals("NO_SERVER_PROOF", outcome.reason(), outcome.message());
    }
  }

  @Test
  void theServerOfTheCanonicalNameMustOfferIt() throws Exception {
    try (ScriptedSmtpServer server = ScriptedSmtpServer.builder().start()) {
      ProgramJvm.Outcome outcome =
          program().set("mail.smtp.sasl.spnego.hosts", "real.*").send(ALIAS, server);
      assertEquals("NOT_OFFERED", outcome.reason(), outcome.message());
    }
  }
}
