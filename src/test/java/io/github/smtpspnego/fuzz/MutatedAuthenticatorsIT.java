package io.github.smtpspnego.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.fuzz.Campaign.Trace;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.Kdc;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client with a ticket of its own writes what it likes into the part of its token that it
 * encrypts itself: another name, a checksum or a forwarded ticket that is none. It gets in as
 * itself or not at all, and what the log says of it is one line.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutatedAuthenticatorsIT {
  private static final Set<Integer> REPLIES = Set.of(235, 500, 535);

  private static Parties parties;
  private static Path keytab;

  @BeforeAll
  static void meet() throws Exception {
    parties = new Parties();
    keytab = Path.of(parties.keytab.get("mail.smtp.sasl.spnego.keytab"));
  }

  @Test
  void noMutatedAuthenticatorLetsItsClientInAsSomebodyElse() {
    Campaign.run("Authenticators to the server", Campaign.COUNT / 2, new Attacks()::run);
  }

  private static final class Attacks implements SmtpAuthServer.Listener {
    private final SmtpAuthServer server =
        SmtpAuthServer.builder().keytab(keytab).hosts("localhost").listener(this).build();
    private String told = "";

    @Override
    public void failed(SmtpAuthExchange exchange, SpnegoException failure) {
      told = failure.getMessage();
    }

    boolean run(Random random, Trace trace) {
      ForgedApReq forged = new ForgedApReq(keytab, Parties.SERVICE, Kdc.full("alice"));
      if (random.nextBoolean()) {
        forged.delegating();
      }
      forged.changing(
          authenticator -> {
            Mutator mutator = new Mutator(random, parties.spent);
            byte[] changed = mutator.mutate(authenticator);
            trace.add(mutator.story(), changed);
            return changed;
          });
      SmtpAuthExchange exchange = server.exchange();
      Reply reply = exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(forged.spnego()));
      reply = reply.isContinuation() ? exchange.auth("") : reply;
      assertTrue(REPLIES.contains(reply.code()), reply.line());
      if (reply.isSuccess()) {
        assertEquals(Kdc.full("alice"), exchange.principal());
        exchange.close();
      }
      assertTrue(told.length() < 700 && told.lines().count() < 2, told);
      return reply.isSuccess();
    }
  }
}
