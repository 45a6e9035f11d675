package io.github.smtpspnego.doctor;

import static io.github.smtpspnego.doctor.Scene.assertNoToken;
import static io.github.smtpspnego.doctor.Scene.offeringGssapi;
import static io.github.smtpspnego.doctor.Scene.withTicket;

import io.github.smtpspnego.support.ScriptedSmtpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that repeats what it refuses, as many do, has no token shown in the report. */
@ResourceLock("java.security.Security")
class HiddenTokensIT {
  @ParameterizedTest
  @ValueSource(strings = {"500 5.5.2 Unrecognized command: ", "334 not base64, "})
  void theAuthLineRepeated(String before) {
    try (ScriptedSmtpServer server = offeringGssapi(smtp -> smtp.reply(before + smtp.command()))) {
      Diagnosis diagnosis =
          withTicket(server.port(), "-Pmail.smtp.sasl.spnego.initialresponse=always");
      assertNoToken(server.authLines(), diagnosis.text());
    }
  }

  @Test
  void theTokenAfterThePromptRepeated() {
    try (ScriptedSmtpServer server =
        offeringGssapi(
            smtp -> {
              smtp.reply("334 ");
              String token = smtp.read();
              smtp.reply("535 5.7.8 Bad token " + token);
            })) {
      Diagnosis diagnosis =
          withTicket(server.port(), "-Pmail.smtp.sasl.spnego.initialresponse=never");
      assertNoToken(server.clientLines(), diagnosis.text());
    }
  }
}
