package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Kdc;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A keytab that is missing is reported as that, whatever else is wrong. */
class MissingKeytabIT {
  private static final Kdc KDC = Kdc.shared();

  @ParameterizedTest
  @ValueSource(strings = {"alice@EXAMPLE.TEST", "alice@"})
  void byWhateverName(String principal) {
    assertMissing(principal);
  }

  @Test
  void withoutADefaultRealm() {
    try (Kdc.Configured none = KDC.settings().without("default_realm").use()) {
      assertMissing("alice");
    }
  }

  private static void assertMissing(String principal) {
    LoginRequest request = LoginRequest.fromKeytab(Path.of("/nowhere/mail.keytab"), principal);
    SpnegoException e =
        assertThrows(SpnegoException.class, () -> KerberosLogin.login(request, false));
    assertEquals(Reason.KEYTAB, e.reason());
    assertTrue(e.getMessage().contains(": the file does not exist."), e::getMessage);
  }
}
