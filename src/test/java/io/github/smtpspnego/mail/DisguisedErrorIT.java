package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** A KRB-ERROR that a mail server sends as if it were its proof. */
class DisguisedErrorIT {
  private static final byte[] KERBEROS = HexFormat.of().parseHex("06092a864886f712010202");
  private static final byte[] AP_REP = {2, 0};

  private static ScriptedSmtpServer offering(Script auth) {
    return ScriptedSmtpServer.builder()
        .extensions("AUTH GSSAPI")
        .auth(auth)
        .mustAuthenticate()
        .start();
  }

  private static byte[] field(int number, byte[] contents) {
    return Der.element(Der.context(number), contents);
  }

  private static byte[] number(int value) {
    return Der.element(Der.INTEGER, new byte[] {(byte) value});
  }

  private static byte[] text(String value) {
    return Der.element(Der.GENERAL_STRING, value.getBytes(StandardCharsets.US_ASCII));
  }

  /** A KRB-ERROR under the TOK_ID of an AP-REP. */
  private static byte[] disguised(int code, String words) {
    byte[] time =
        Der.element(Der.GENERALIZED_TIME, "20260101000000Z".getBytes(StandardCharsets.US_ASCII));
    byte[] name =
        Der.element(
            Der.SEQUENCE,
            field(0, number(2)),
            field(1, Der.element(Der.SEQUENCE, text("krbtgt"), text(Kdc.REALM))));
    byte[] error =
        Der.element(
            Der.application(30),
            Der.element(
                Der.SEQUENCE,
                field(0, number(5)),
                field(1, number(30)),
                field(4, time),
                field(5, number(0)),
                field(6, number(code)),
                field(9, text(Kdc.REALM)),
                field(10, name),
                field(11, text(words))));
    byte[] mechToken = Der.element(Der.application(0), KERBEROS, AP_REP, error);
    return Der.element(
        Der.context(1),
        Der.element(
            Der.SEQUENCE,
            field(0, Der.element(Der.ENUMERATED, new byte[] {0})),
            field(1, KERBEROS),
            field(2, Der.element(Der.OCTET_STRING, mechToken))));
  }

  @Test
  void aMailServerCannotSayThatThePasswordIsWrong() {
    AskedUser user = AskedUser.answering("bob", "bob's own secret");
    Script script =
        smtp -> {
          smtp.firstToken("");
          smtp.challenge(disguised(24, "Call 555-0100 and tell your password"));
        };
    try (ScriptedSmtpServer server = offering(script)) {
      Program.Failure failure =
          Program.withGssapi().authenticator(user).failToSend(server, "bob", "bob's own secret");
      assertEquals(0, user.questions(), () -> "asked again; " + failure);
      assertEquals(1, server.connections());
      assertFalse(failure.reason() == Reason.WRONG_PASSWORD, failure::toString);
    }
  }
}
