package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.ForgedTickets;
import java.security.PrivilegedExceptionAction;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.Subject;
import javax.security.sasl.SaslClient;
import org.junit.jupiter.api.Test;

class ExchangeWatchTest {
  private static final byte[] NONE = {};
  private static final int LIMIT = 512;

  private static SaslClient client(String protocol, Map<String, String> settings) {
    SaslClient client =
        new SpnegoSaslClientFactory()
            .createSaslClient(new String[] {"GSSAPI"}, null, protocol, "localhost", settings, null);
    return Objects.requireNonNull(client);
  }

  private static <T> T asAlice(PrivilegedExceptionAction<T> action) throws Exception {
    return Subject.doAs(ForgedTickets.subject(), action);
  }

  @Test
  void rfc4954_4_theAuthLineIsAsLongAsItMayBeAndNoLonger() throws Exception {
    int usual = asAlice(() -> line(client("smtp", Map.of()).evaluateChallenge(NONE)));
    boolean[] seen = {false, false};
    for (int limit = usual - 9; limit <= usual + 9; limit++) {
      try (ExchangeWatch watch = ExchangeWatch.open("smtp", limit)) {
        SaslClient client = client("smtp", Map.of());
        boolean inLine = asAlice(client::hasInitialResponse);
        assertTrue(watch.isUnstarted());
        assertEquals(inLine, client.hasInitialResponse(), "it does not change its mind");
        int length = line(asAlice(() -> client.evaluateChallenge(NONE)));
        assertFalse(watch.isUnstarted());
        assertEquals(length <= limit, inLine, length + " octets of " + limit);
        seen[inLine ? 1 : 0] = true;
      }
    }
    assertTrue(seen[0] && seen[1]);
  }

  private static int line(byte[] token) {
    return ("AUTH GSSAPI " + Base64.getEncoder().encodeToString(token) + "\r\n").length();
  }

  @Test
  void withoutAWatchTheAuthLineHasNoLimit() throws Exception {
    assertTrue(asAlice(() -> client("smtp", Map.of()).hasInitialResponse()));
  }

  @Test
  void theSettingComesBeforeTheLimit() {
    try (ExchangeWatch watch = ExchangeWatch.open("smtp", 1)) {
      String name = "mail.smtp.sasl.spnego.initialresponse";
      assertTrue(client("smtp", Map.of(name, "always")).hasInitialResponse());
      assertFalse(client("smtp", Map.of(name, "never")).hasInitialResponse());
      assertTrue(watch.failure().isEmpty());
    }
  }

  @Test
  void whatFailedWhileTheFirstTokenWasMadeIsThrownByTheNextCall() {
    try (ExchangeWatch watch = ExchangeWatch.open("smtp", LIMIT)) {
      Map<String, String> settings = Map.of("mail.smtp.sasl.spnego.ticketcache", "/no/such/cache");
      SaslClient client = client("smtp", settings);
      assertTrue(client.hasInitialResponse());
      SpnegoException e = assertThrows(SpnegoException.class, () -> client.evaluateChallenge(NONE));
      assertEquals(Reason.NO_CREDENTIALS, e.reason());
      assertSame(e, watch.failure().orElseThrow());
    }
  }

  @Test
  void onlyTheProtocolThatIsWatchedIsSeen() {
    try (ExchangeWatch watch = ExchangeWatch.open("smtp", LIMIT)) {
      client("smtps", Map.of());
      assertFalse(watch.hasClient());
      client("SMTP", Map.of());
      assertTrue(watch.hasClient());
    }
  }

  @Test
  void seesThatAnExchangeIsLeftToOthers() {
    try (ExchangeWatch watch = ExchangeWatch.open("smtp", LIMIT)) {
      Map<String, String> off = Map.of("mail.smtp.sasl.spnego.enable", "false");
      new SpnegoSaslClientFactory()
          .createSaslClient(new String[] {"GSSAPI"}, null, "smtp", "localhost", off, null);
      assertTrue(watch.isLeftToOthers());
      assertFalse(watch.hasClient());
    }
  }

  @Test
  void aClosedWatchDisposesItsClientAndSeesNoMore() {
    SaslClient client;
    try (ExchangeWatch outer = ExchangeWatch.open("smtp", LIMIT)) {
      try (ExchangeWatch inner = ExchangeWatch.open("smtp", LIMIT)) {
        client = client("smtp", Map.of());
        assertTrue(inner.hasClient());
      }
      assertFalse(outer.hasClient());
      assertSame(outer, ExchangeWatch.over("smtp"));
    }
    assertNull(ExchangeWatch.over("smtp"));
    SpnegoException e = assertThrows(SpnegoException.class, () -> client.evaluateChallenge(NONE));
    assertEquals(Reason.DISPOSED, e.reason());
  }

  @Test
  void successBeforeTheFirstTokenIsNoSuccess() {
    try (ExchangeWatch watch = ExchangeWatch.open("smtp", LIMIT)) {
      client("smtp", Map.of());
      SpnegoException e = assertThrows(SpnegoException.class, watch::serverSucceeded);
      assertEquals(Reason.PROTOCOL, e.reason());
    }
  }
}
