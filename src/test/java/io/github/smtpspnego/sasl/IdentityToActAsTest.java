package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedTickets;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.junit.jupiter.api.Test;

/** Who a program acts as. */
class IdentityToActAsTest {
  /** A program that calls Sasl itself, and asks isComplete as it has to. */
  @Test
  void anIdentityThatCannotBeSentIsAFailure() throws Exception {
    Map<String, String> properties =
        Map.of(
            "mail.smtp.sasl.spnego.securitylayer",
            "none",
            "mail.smtp.sasl.authorizationid",
            "shared-mailbox@EXAMPLE.TEST",
            Sasl.SERVER_AUTH,
            "true");
    SaslClient client =
        new SpnegoSaslClientFactory()
            .createSaslClient(new String[] {"GSSAPI"}, null, "smtp", "localhost", properties, null);
    Subject subject = ForgedTickets.subject();
    assertThrows(
        SaslException.class,
        () -> Dialogue.as(subject, () -> client.evaluateChallenge(new byte[0])));
  }
}
