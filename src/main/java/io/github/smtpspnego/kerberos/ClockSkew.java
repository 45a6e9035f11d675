package io.github.smtpspnego.kerberos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far the clocks of client and server may differ: {@code clockskew} in {@code krb5.conf}, as
 * the JDK reads it, included files among it.
 */
public final class ClockSkew {
  /** What holds where krb5.conf says nothing. */
  static final Duration DEFAULT = Duration.ofMinutes(5);

  private static final Pattern SETTING = Pattern.compile("clockskew\\s*=\\s*(\\d{1,9})");
  private static final Pattern INCLUDED_NAME = Pattern.compile("[\\w-]+|[^.].*\\.conf");
  private static final int DEEPEST = 5;
  private static final Duration REST = Duration.ofMinutes(1);

  private static volatile ClockSkew latest = new ClockSkew(DEFAULT, 0, false);

  private final Duration allowed;
  private final long readAt;
  private final boolean isRead;

  private ClockSkew(Duration allowed, long readAt, boolean isRead) {
    this.allowed = allowed;
    this.readAt = readAt;
    this.isRead = isRead;
  }

  /**
   * How far the clocks may differ. The file is read once in a minute at most.
   *
   * @return the difference
   */
  public static Duration allowed() {
    ClockSkew known = latest;
    long now = System.nanoTime();
    if (!known.isRead || now - known.readAt > REST.toNanos()) {
      known = new ClockSkew(read(Krb5Conf.file()), now, true);
      latest = known;
    }
    return known.allowed;
  }

  /** The largest value in a file, since it is not known here which one the JDK takes. */
  static Duration read(Path file) {
    Duration largest = Duration.ZERO;
    boolean isSet = false;
    for (String line : lines(file, 0)) {
      Matcher setting = SETTING.matcher(line);
      if (setting.matches()) {
        Duration value = Duration.ofSeconds(Long.parseLong(setting.group(1)));
        largest = value.compareTo(largest) > 0 ? value : largest;
        isSet = true;
      } else if (line.startsWith("clockskew")) {
        return DEFAULT.compareTo(largest) > 0 ? DEFAULT : largest; // no number: the JDK's default
      }
    }
    return isSet ? largest : DEFAULT;
  }

  private static List<String> lines(Path file, int depth) {
    List<String> lines = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        String text = line.strip();
        if (depth < DEEPEST && text.startsWith("include ")) {
          lines.addAll(lines(Path.of(text.substring("include ".length()).strip()), depth + 1));
        } else if (depth < DEEPEST && text.startsWith("includedir ")) {
          Path directory = Path.of(text.substring("includedir ".length()).strip());
          try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path included : files) {
              if (INCLUDED_NAME.matcher(String.valueOf(included.getFileName())).matches()) {
                lines.addAll(lines(included, depth + 1));
              }
            }
          }
        } else {
          lines.add(text);
        }
      }
    } catch (IOException | RuntimeException e) {
      // A file that cannot be read sets nothing; the JDK itself reports it where it matters.
    }
    return lines;
  }
}
