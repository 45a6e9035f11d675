package io.github.smtpspnego.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The doctor with the setting {@code impersonate}. */
class DoctorImpersonateIT {
  /** The first connection is without SPNEGO, which is an error for programs that impersonate. */
  @Test
  void itLooksAtTheServer() {
    Kdc kdc = Kdc.shared();
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(
                AuthScripts.accepting(kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"))))
            .start()) {
      Diagnosis diagnosis =
          Diagnosis.of(
              Map.of(),
              List.of(
                  "--host=localhost",
                  "--port=" + server.port(),
                  "-Pmail.smtp.sasl.spnego.keytab=" + kdc.keytab("alice"),
                  "-Pmail.smtp.sasl.spnego.impersonate=bob@" + Kdc.REALM));
      assertEquals(1, Math.min(1, server.connections()), diagnosis.text());
    }
  }
}
