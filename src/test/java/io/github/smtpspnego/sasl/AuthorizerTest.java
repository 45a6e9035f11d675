package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthorizerTest {
  /** What a program decides that says yes to each. */
  private static final Authorizer EVERYBODY = (client, identity) -> Optional.of("user");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "alice\u2028@EXAMPLE.TEST | alice",
        "ali\u0007ce@EXAMPLE.TEST | list",
        "alice@EXAMPLE.TEST | li\u0085st",
        "WELLKNOWN/ANONYMOUS@EXAMPLE.TEST | list",
      })
  void noDecisionLetsInWhoseNameMisleadsOrIsNone(String client, String identity) {
    SpnegoException e =
        assertThrows(
            SpnegoException.class,
            () -> Authorizer.grant(EVERYBODY, client, "EXAMPLE.TEST", identity));
    assertEquals(Reason.NOT_AUTHORIZED, e.reason());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void othersAreTheProgramsToDecide() throws SpnegoException {
    assertEquals("user", Authorizer.grant(EVERYBODY, "alice@OTHER.TEST", "EXAMPLE.TEST", "list"));
  }
}
