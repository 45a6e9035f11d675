package io.github.smtpspnego.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.sasl.SpnegoSaslServerFactory;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.Subject;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A client may write any name into the unencrypted part of its own ticket. The JDK keeps a list of
 * replays for each name that it sees, and never drops one: 200,000 names would be 100 MB for good.
 */
@Tag("soak")
@Timeout(3600)
@ResourceLock("java.security.krb5.conf")
class ForgedNamesIT {
  private static final Kdc KDC = Kdc.shared();
  private static final int NAMES = 200_000;
  private static final int BATCHES = 10;

  /** The replays of the seconds for which clocks may differ, and the garbage collector's noise. */
  private static final long SLACK = 24_000_000;

  @Test
  void theJdksReplayCacheDoesNotGrowByForgedNames() throws Exception {
    try (Kdc.Configured configured = KDC.settings().set("clockskew", "10").use()) {
      assertTrue(Files.exists(configured.file()));
      Path keytab = KDC.keytab("smtp/localhost");
      Subject alice = KDC.login("alice", Kdc.PASSWORD);
      long least = Long.MAX_VALUE;
      StringBuilder heaps = new StringBuilder();
      for (int batch = 0; batch < BATCHES; batch++) {
        for (int i = 0; i < NAMES / BATCHES; i++) {
          accept(keytab, alice, batch * (NAMES / BATCHES) + i);
        }
        long heap = heap();
        least = Math.min(least, heap);
        heaps.append(heap / 1000).append(" kB\n");
      }
      Files.writeString(Path.of("target", "soak-forged-names.txt"), heaps);
      assertTrue(heap() < least + SLACK, heaps::toString);
    }
  }

  private static void accept(Path keytab, Subject client, int number) throws Exception {
    byte[] token = Tokens.first(client, Tokens.SPNEGO, "smtp/localhost");
    // As long as the name that is there, so that no length changes.
    byte[] name = String.format(Locale.ROOT, "h%08d", number).getBytes(StandardCharsets.US_ASCII);
    int at = new String(token, StandardCharsets.ISO_8859_1).indexOf("localhost");
    System.arraycopy(name, 0, token, at, name.length);
    SaslServer server =
        Objects.requireNonNull(
            new SpnegoSaslServerFactory()
                .createSaslServer(
                    "GSS-SPNEGO",
                    "smtp",
                    null,
                    Map.of(
                        "mail.smtp.sasl.spnego.keytab",
                        keytab.toString(),
                        "mail.smtp.sasl.spnego.principal",
                        "*"),
                    null));
    server.evaluateResponse(token);
    server.evaluateResponse(new byte[0]);
    assertEquals(Kdc.full("alice"), server.getAuthorizationID());
  }

  private static long heap() throws InterruptedException {
    long[] looks = new long[3];
    for (int i = 0; i < looks.length; i++) {
      System.gc();
      Thread.sleep(50);
      looks[i] = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
    return Arrays.stream(looks).min().orElseThrow();
  }
}
