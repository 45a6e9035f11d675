package io.github.smtpspnego.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.NtlmFirstClient;
import io.github.smtpspnego.support.Tokens;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.security.auth.Subject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Very many logins at the acceptor, without a mail server: its memory stays level. */
@Tag("soak")
@Timeout(1800)
@ResourceLock("java.security.krb5.conf")
class AcceptorSoakIT {
  private static final Kdc KDC = Kdc.shared();
  private static final int BATCHES = 10;

  private Kdc.Configured configured;
  private Path keytab;
  private SmtpAuthServer.Builder server;

  @BeforeEach
  void configure() {
    configured = KDC.settings().set("clockskew", "2").use();
    keytab = KDC.keytab("smtp/localhost");
    server = SmtpAuthServer.builder().keytab(keytab);
  }

  @AfterEach
  void readTheOldConfiguration() {
    configured.close();
  }

  /**
   * A client may write any name into the unencrypted part of its own ticket. The JDK keeps a list
   * of replays for each name that it sees, and never drops one: 200,000 names were 100 MB for good.
   */
  @Test
  void theJdksReplayCacheDoesNotGrowByForgedNames() throws Exception {
    SmtpAuthServer anyName = server.anyKey().build();
    Subject alice = KDC.login("alice", Kdc.PASSWORD);
    List<Long> heaps = new ArrayList<>();
    for (int batch = 0; batch < BATCHES; batch++) {
      for (int i = 0; i < 20_000; i++) {
        byte[] token = Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
        // As long as the name that is there, so that no length changes.
        byte[] name =
            String.format(Locale.ROOT, "h%08d", batch * 20_000 + i)
                .getBytes(StandardCharsets.US_ASCII);
        int at = new String(token, StandardCharsets.ISO_8859_1).indexOf("localhost");
        System.arraycopy(name, 0, token, at, name.length);
        SmtpAuthExchange exchange = anyName.exchange();
        exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(token));
        assertTrue(exchange.auth("").isSuccess());
      }
      heaps.add(heap());
    }
    assertLevel("forged-names", heaps, 24_000_000);
  }

  @Test
  void tenThousandLoginsOf64ClientsLeaveNothingBehind() throws Exception {
    SmtpAuthServer mail = server.hosts("localhost").build();
    List<Subject> clients = new ArrayList<>();
    for (int i = 0; i < 64; i++) { // forged, since Kerby keeps 4 MB for each ticket that it gives
      clients.add(new ForgedApReq(keytab, "smtp/localhost", Kdc.full("client" + i)).subject());
    }
    ExecutorService threads = Executors.newFixedThreadPool(64);
    List<Long> heaps = new ArrayList<>();
    try {
      for (int batch = 0; batch < BATCHES; batch++) {
        List<Callable<Integer>> logins = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
          int number = i % clients.size();
          boolean isNtlmFirst = i % 3 == 0;
          logins.add(
              () -> {
                SmtpAuthExchange exchange = mail.exchange();
                if (isNtlmFirst) {
                  Dialogue.hold(
                      new NtlmFirstClient("GSSAPI", clients.get(number), true),
                      line -> exchange.auth(line).line());
                } else {
                  byte[] token = Tokens.first(clients.get(number), Tokens.SPNEGO, "smtp/localhost");
                  exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(token));
                  exchange.auth("");
                }
                assertEquals(Kdc.full("client" + number), exchange.principal());
                exchange.close();
                return number;
              });
        }
        for (Future<Integer> login : threads.invokeAll(logins)) {
          login.get();
        }
        heaps.add(heap());
      }
    } finally {
      threads.shutdownNow();
    }
    assertLevel("64-clients", heaps, 4_000_000);
  }

  /**
   * Fails where more is left behind than tokens: those of five seconds, which on a fast machine may
   * be all of them.
   */
  private static void assertLevel(String name, List<Long> heaps, long tokens) throws Exception {
    List<String> lines = heaps.stream().map(heap -> heap / 1000 + " kB").toList();
    Files.writeString(Path.of("target", "soak-" + name + ".txt"), String.join("\n", lines) + "\n");
    long first = heaps.subList(0, 3).stream().mapToLong(Long::longValue).min().orElseThrow();
    long last =
        heaps.subList(BATCHES - 3, BATCHES).stream().mapToLong(Long::longValue).min().orElseThrow();
    assertTrue(last < first + tokens, lines::toString);
  }

  private static long heap() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(50);
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
