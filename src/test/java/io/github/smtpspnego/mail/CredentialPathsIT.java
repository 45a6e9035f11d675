package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the path of a keytab or of a ticket cache may be written. */
class CredentialPathsIT {
  private static Kdc kdc;
  private static AuthScripts.Acceptor accepting;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    accepting = AuthScripts.accepting(kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost")));
  }

  private static ScriptedSmtpServer server() {
    return ScriptedSmtpServer.builder()
        .extensions("AUTH GSSAPI")
        .auth(accepting)
        .mustAuthenticate()
        .start();
  }

  @ParameterizedTest
  @CsvSource({
    "keytab, ''",
    "keytab, FILE:",
    "keytab, file:",
    "ticketcache, ''",
    "ticketcache, FILE:",
    "ticketcache, file:"
  })
  void theTypeOfAFileMayBeNamed(String setting, String type) throws Exception {
    String path =
        (setting.equals("keytab") ? kdc.keytab("alice") : kdc.ticketCache("alice", Kdc.PASSWORD))
            .toString();
    try (ScriptedSmtpServer server = server()) {
      Program.withGssapi().set("sasl.spnego." + setting, type + path).send(server, null, null);
      Program.withGssapi()
          .set("sasl.spnego." + setting, type + path)
          .set("sasl.spnego.credentials", setting)
          .set("sasl.spnego.principal", Kdc.full("alice"))
          .send(server, null, null);
      assertEquals(2, server.mails().size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"keytab", "ticketcache"})
  void whatCannotBeAPathIsABadSetting(String setting) {
    for (String value : List.of("/etc/mail\0.keytab", "FILE:/etc/mail\0.keytab", "\0")) {
      try (ScriptedSmtpServer server = server()) {
        Program.Failure failure =
            Program.withGssapi()
                .set("sasl.spnego." + setting, value)
                .failToSend(server, "alice", null);
        assertEquals(Reason.BAD_SETTING, failure.reason());
        failure.says("mail.smtp.sasl.spnego." + setting);
        assertFalse(failure.message().contains("\0"), "a character that is not shown");
      }
    }
  }
}
