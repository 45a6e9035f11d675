package io.github.smtpspnego.support;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What is held when a test begins, to be compared with what is held when it is over: threads, and
 * files and sockets where the system tells them.
 *
 * <p>Servers let go a little later than their clients, so the comparison waits for them.
 */
public final class Residue {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** The groups of the JDK's own threads, and of the KDC's; JUnit's are told by their names. */
  private static final Set<String> COME_AND_GO =
      Set.of("system", "InnocuousThreadGroup", "CarrierThreads", Kdc.THREADS.getName());

  private final Set<Long> threads;
  private final long descriptors;

  private Residue() {
    threads = new TreeSet<>(threads().map(Thread::getId).toList());
    descriptors = descriptors();
  }

  /** What is held now. */
  public static Residue before() {
    return new Residue();
  }

  /** Fails if something is held that was not before, and stays. */
  public void assertNothingIsLeft() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!newThreads().isEmpty() || descriptors() > descriptors) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "left: threads "
                + newThreads()
                + ", descriptors "
                + (descriptors() - descriptors)
                + ", sockets and pipes among all: "
                + describeDescriptors());
      }
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    }
  }

  private List<Thread> newThreads() {
    return threads().filter(thread -> !threads.contains(thread.getId())).toList();
  }

  private static Stream<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream().filter(Residue::isWatched);
  }

  private static boolean isWatched(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group != null
        && !COME_AND_GO.contains(group.getName())
        && !thread.getName().startsWith("junit-");
  }

  /** How many threads there are but for those that come and go. */
  public static int threadCount() {
    return (int) threads().count();
  }

  /** Open files and sockets of this process; 0 where the system does not tell. */
  public static long descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }

  private static List<String> describeDescriptors() {
    try (Stream<Path> links = Files.list(DESCRIPTORS)) {
      return links.map(Residue::target).filter(link -> !link.startsWith("/")).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "gone";
    }
  }
}
