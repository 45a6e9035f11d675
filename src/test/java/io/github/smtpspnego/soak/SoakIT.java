package io.github.smtpspnego.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.Residue;
import io.github.smtpspnego.support.SmtpSink;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Very many connections: none fails, and heap, threads, files, sockets and native memory stay where
 * they are. The server is ours too and in the same JVM, so that this holds for both roles.
 *
 * <p>The connections come in batches. Between them nothing is under way, and what is held then is
 * noted.
 */
class SoakIT {
  private static final Kdc KDC = Kdc.shared();

  /**
   * What a login may add to the heap, in octets: two replay caches, the JDK's and ours, each
   * remember it so that it is not replayed. A token or a context that is kept would be more.
   */
  private static final long HEAP_FOR_EACH = 600;

  private static final long HEAP_SLACK = 2_000_000;
  private static final long NATIVE_SLACK = 32_000_000;

  /** What is held between two batches. */
  private record Held(long heap, long descriptors, int threads, long resident) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d kB heap, %d descriptors, %d threads, %d kB resident",
          heap / 1000,
          descriptors,
          threads,
          resident / 1000);
    }
  }

  private Kdc.Configured configured;

  @AfterEach
  void readTheOldConfiguration() {
    if (configured != null) {
      configured.close();
    }
  }

  /** The short one, for every build. */
  @Test
  @Timeout(120)
  void aThousandConnectionsOnEightThreadsLeaveNothingBehind() throws Exception {
    soak(1000, Executors.newFixedThreadPool(8), 8, false);
  }

  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {1, 8, 64})
  @Tag("soak")
  @Timeout(900)
  void tenThousandConnectionsLeaveNothingBehind(int threads) throws Exception {
    // The JDK's acceptor remembers every client for as long as clocks may differ.
    configured = KDC.settings().set("clockskew", "10").use();
    soak(10_000, workers(threads), threads, true);
  }

  /** Virtual threads where the JDK has them: 21 brought them. */
  private static ExecutorService workers(int threads) throws ReflectiveOperationException {
    if (threads > 8 && Runtime.version().feature() >= 21) {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
    return Executors.newFixedThreadPool(threads);
  }

  private static void soak(int connections, ExecutorService workers, int atOnce, boolean isLong)
      throws Exception {
    KDC.add("soaker" + connections + "on" + atOnce, "its secret");
    Path keytab = KDC.keytab("soaker" + connections + "on" + atOnce);
    try (SmtpSink sink =
        SmtpSink.start(
            Map.of("mail.smtp.sasl.spnego.keytab", KDC.keytab("smtp/localhost").toString()))) {
      Mailer mailer = Mailer.to(sink.port()).spnego("keytab", keytab);
      int batches = isLong ? 10 : 5;
      int batch = connections / batches;
      send(workers, atOnce, batch, mailer); // what is loaded once is no growth
      Residue before = Residue.before();
      int logins = KDC.proxy().asRequests();
      List<Held> held = new ArrayList<>();
      for (int i = 0; i < batches; i++) {
        send(workers, atOnce, batch, mailer);
        before.assertNothingIsLeft();
        held.add(held());
      }
      assertEquals(connections + batch, sink.mails());
      assertEquals(connections + batch, sink.logins());
      assertEquals(logins, KDC.proxy().asRequests());
      if (isLong) {
        Files.writeString(
            Path.of("target", "soak-" + atOnce + "-threads.txt"),
            String.join("\n", lines(held)) + "\n");
      }
      assertLevel(held, batch, isLong);
    } finally {
      workers.shutdown();
    }
  }

  private static void send(ExecutorService workers, int atOnce, int count, Mailer mailer)
      throws Exception {
    List<Future<?>> outcomes = new ArrayList<>();
    for (int worker = 0; worker < atOnce; worker++) {
      int share = count / atOnce + (worker < count % atOnce ? 1 : 0);
      outcomes.add(
          workers.submit(
              () -> {
                for (int i = 0; i < share; i++) {
                  mailer.send();
                }
                return null;
              }));
    }
    for (Future<?> outcome : outcomes) {
      outcome.get();
    }
  }

  private static void assertLevel(List<Held> held, int batch, boolean isLong) {
    int third = Math.max(1, held.size() / 3);
    List<Held> first = held.subList(0, third);
    List<Held> last = held.subList(held.size() - third, held.size());
    long between = (long) batch * (held.size() - third);
    assertTrue(
        least(last, Held::heap) <= least(first, Held::heap) + HEAP_SLACK + between * HEAP_FOR_EACH,
        () -> "the heap grows: " + lines(held));
    assertTrue(
        least(last, Held::descriptors) <= least(first, Held::descriptors),
        () -> "files or sockets stay open: " + lines(held));
    assertTrue(
        least(last, Held::threads) <= least(first, Held::threads),
        () -> "threads stay: " + lines(held));
    assertTrue(
        !isLong || least(last, Held::resident) <= least(first, Held::resident) + NATIVE_SLACK,
        () -> "native memory grows: " + lines(held));
  }

  private static long least(List<Held> held, ToLongFunction<Held> what) {
    return held.stream().mapToLong(what).min().orElseThrow();
  }

  private static List<String> lines(List<Held> held) {
    return IntStream.range(0, held.size()).mapToObj(i -> i + 1 + ": " + held.get(i)).toList();
  }

  private static Held held() throws InterruptedException {
    long heap = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(Duration.ofMillis(20).toMillis());
      heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return new Held(heap, Residue.descriptors(), Residue.threadCount(), resident());
  }

  /** Octets of memory that the process has, its heap among them; 0 where it is not told. */
  private static long resident() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
    } catch (IOException e) {
      // Another system than Linux.
    }
    return 0;
  }
}
