package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import jakarta.mail.MessagingException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where only SPNEGO's mechanisms are listed and {@code hosts} leaves the server out, the password
 * is not sent by LOGIN or PLAIN, which nobody listed.
 */
class OtherHostsPasswordIT {
  private static final Script SUCCESS =
      smtp -> {
        if (smtp.command().equals("AUTH LOGIN")) {
          smtp.reply("334 VXNlcm5hbWU6");
          smtp.read();
          smtp.reply("334 UGFzc3dvcmQ6");
          smtp.read();
        }
        smtp.reply("235 2.7.0 Welcome");
      };

  /** The JDK reads its Kerberos configuration once; the next test class wants this one. */
  @BeforeAll
  static void configureKerberos() {
    Kdc.shared();
  }

  @ParameterizedTest
  @CsvSource({
    "GSS-SPNEGO,        GSS-SPNEGO PLAIN LOGIN",
    "GSS-SPNEGO,        GSSAPI PLAIN LOGIN",
    "GSS-SPNEGO,        PLAIN LOGIN",
    "GSS-SPNEGO,        LOGIN",
    "GSSAPI,            GSSAPI PLAIN LOGIN",
    "GSSAPI,            PLAIN LOGIN",
    "GSSAPI GSS-SPNEGO, GSS-SPNEGO LOGIN",
    "GSSAPI GSS-SPNEGO, PLAIN"
  })
  void noPasswordIsSent(String listed, String offered) {
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder().extensions("AUTH " + offered).auth(SUCCESS).start()) {
      Program program =
          Program.withGssapi()
              .set("sasl.mechanisms", listed)
              .set("sasl.spnego.hosts", "*.contoso.com");
      assertThrows(MessagingException.class, () -> program.send(server, "alice", "a secret"));
      assertEquals(List.of(), server.passwords());
      assertEquals(List.of(), server.mails());
    }
  }
}
