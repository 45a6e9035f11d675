package io.github.smtpspnego.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.smtpspnego.smtp.Reply;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.MethodSource;

/** Octets for the server, led by what they reach. The real tokens among them are spent. */
class ClientTokenFuzzTest {
  private static final Map<String, String> KEYTAB =
      Map.of("mail.smtp.sasl.spnego.keytab", Kdc.shared().keytab(Parties.SERVICE).toString());

  static List<byte[]> realTokens() throws Exception {
    return new Parties().spent;
  }

  @MethodSource("realTokens")
  @FuzzTest(maxDuration = "60s")
  void theServerLetsNobodyIn(byte[] token) {
    if (token == null) {
      return;
    }
    SmtpAuthExchange exchange = new SmtpAuthExchange("localhost", KEYTAB);
    Reply reply = exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(token));
    for (int i = 0; reply.isContinuation() && i < 10; i++) {
      reply = exchange.auth(Dialogue.encode(token));
    }
    if (exchange.isAuthenticated() || reply.isContinuation()) {
      throw new AssertionError(reply.line());
    }
  }
}
