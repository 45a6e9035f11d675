package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import io.github.smtpspnego.support.TrustedRealm;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.Subject;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients of another realm, which the KDC of the server's realm trusts. The KDC gives them a
 * ticket; whether the server lets them in is the server's to say.
 */
@ResourceLock("java.security.krb5.conf")
class RealmsIT {
  private static final Kdc KDC = Kdc.shared();

  private static TrustedRealm partner;
  private static Subject bob;
  private static Subject alice;

  @BeforeAll
  static void trust() {
    partner = TrustedRealm.start(KDC);
    bob = partner.bob();
    alice = KDC.login("alice", Kdc.PASSWORD);
  }

  @AfterAll
  static void distrust() {
    partner.close();
  }

  @Test
  void aClientOfATrustedRealmIsNotLetInByTheKdcsTrustAlone() throws Exception {
    SpnegoException e = assertThrows(SpnegoException.class, () -> authenticate(server(""), bob));
    assertEquals(Reason.NOT_AUTHORIZED, e.reason());
    assertTrue(e.toString().contains("bob@" + TrustedRealm.REALM), e.getMessage());
    assertEquals(Kdc.full("alice"), authenticate(server(""), alice));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PARTNER.TEST", "EXAMPLE.TEST, PARTNER.TEST", "*"})
  void aClientOfARealmThatIsListedIsLetIn(String realms) throws Exception {
    assertEquals("bob@" + TrustedRealm.REALM, authenticate(server(realms), bob));
  }

  @Test
  void theListReplacesTheKeysOwnRealm() throws Exception {
    SpnegoException e =
        assertThrows(SpnegoException.class, () -> authenticate(server(TrustedRealm.REALM), alice));
    assertEquals(Reason.NOT_AUTHORIZED, e.reason());
  }

  private static String authenticate(SaslServer server, Subject client) throws Exception {
    byte[] token = Tokens.first(client, Tokens.SPNEGO, "smtp/localhost");
    server.evaluateResponse(token);
    assertNull(server.evaluateResponse(new byte[0]));
    return server.getAuthorizationID();
  }

  private static SaslServer server(String realms) {
    Map<String, String> properties = new HashMap<>();
    properties.put("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString());
    properties.put("mail.smtp.sasl.spnego.realms", realms);
    return Objects.requireNonNull(
        new SpnegoSaslServerFactory()
            .createSaslServer("GSS-SPNEGO", "smtp", "localhost", properties, null));
  }
}
