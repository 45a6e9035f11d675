package io.github.smtpspnego.doctor;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DoctorIT {
  @Test
  void x() {
    Kdc kdc = Kdc.shared();
    try (MailServer server =
        MailServer.start(
            Map.of("mail.smtp.sasl.spnego.keytab", kdc.keytab("smtp/localhost").toString()))) {
      int code =
          Doctor.command(Map.of())
              .execute(
                  "--host=localhost",
                  "--port=" + server.port(),
                  "--ticketcache=" + kdc.ticketCache("alice", Kdc.PASSWORD),
                  "--send",
                  "a@b",
                  "c@d");
      System.out.println(code);
      System.out.println(
          server.dialogue().stream().map(x -> x.length() > 40 ? x.substring(0, 40) : x).toList());
    }
  }
}
