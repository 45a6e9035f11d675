package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** A KRB-ERROR that a mail server sends as if it were its proof. */
class DisguisedErrorIT {
  private static final byte[] KERBEROS = HexFormat.of().parseHex("06092a864886f712010202");
  private static final byte[] AP_REP = {2, 0};

  /** A KRB-ERROR under the TOK_ID of an AP-REP. */
  private static byte[] disguised(int code, String words) {
    byte[] time = Der.text(Der.GENERALIZED_TIME, "20260101000000Z");
    byte[] name =
        Der.element(
            Der.SEQUENCE,
            Der.field(0, Der.integer(2)),
            Der.field(
                1,
                Der.element(
                    Der.SEQUENCE,
                    Der.text(Der.GENERAL_STRING, "krbtgt"),
                    Der.text(Der.GENERAL_STRING, Kdc.REALM))));
    byte[] error =
        Der.element(
            Der.application(30),
            Der.element(
                Der.SEQUENCE,
                Der.field(0, Der.integer(5)),
                Der.field(1, Der.integer(30)),
                Der.field(4, time),
                Der.field(5, Der.integer(0)),
                Der.field(6, Der.integer(code)),
                Der.field(9, Der.text(Der.GENERAL_STRING, Kdc.REALM)),
                Der.field(10, name),
                Der.field(11, Der.text(Der.GENERAL_STRING, words))));
    byte[] mechToken = Der.element(Der.application(0), KERBEROS, AP_REP, error);
    return Der.field(
        1,
        Der.element(
            Der.SEQUENCE,
            Der.field(0, Der.element(Der.ENUMERATED, new byte[] {0})),
            Der.field(1, KERBEROS),
            Der.field(2, Der.element(Der.OCTET_STRING, mechToken))));
  }

  @Test
  void aMailServerCannotSayThatThePasswordIsWrong() {
    AskedUser user = AskedUser.answering("bob", "bob's own secret");
    Script script =
        smtp -> {
          smtp.firstToken("");
          smtp.challenge(disguised(24, "Call 555-0100 and tell your password"));
        };
    try (ScriptedSmtpServer server = ScriptedSmtpServer.offeringGssapi(script)) {
      Program.Failure failure =
          Program.withGssapi().authenticator(user).failToSend(server, "bob", "bob's own secret");
      assertEquals(0, user.questions(), () -> "asked again; " + failure);
      assertEquals(1, server.connections());
      assertFalse(failure.reason() == Reason.WRONG_PASSWORD, failure::toString);
    }
  }
}
