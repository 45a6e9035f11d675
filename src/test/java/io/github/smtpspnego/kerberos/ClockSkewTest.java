package io.github.smtpspnego.kerberos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockSkewTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "clockskew = 10, 10",
    "clockskew=600, 600",
    "clockskew=+60, 60",
    "clockskew=010, 10",
    "clockskew=0x10, 16",
    "clockskew=-1, 0",
    "'  clockskew = 0  ', 0",
    "# clockskew = 10, 300",
    "clockskew = 5m, 300",
    "clockskew = 99999999999, 300",
    "default_realm = R, 300",
  })
  void theValueIsANumberOfSeconds(String line, int seconds) throws IOException {
    assertEquals(Duration.ofSeconds(seconds), in("[libdefaults]", line));
  }

  @Test
  void ofSeveralValuesTheFirstCounts() throws IOException {
    assertEquals(Duration.ofSeconds(10), in("[libdefaults]", "clockskew = 10", "clockskew = 1000"));
  }

  @Test
  void valuesOfOtherSectionsDoNotCount() throws IOException {
    assertEquals(ClockSkew.DEFAULT, in("[appdefaults]", "clockskew = 10"));
  }

  @Test
  @ResourceLock("java.lang.System.properties")
  void includedFilesCount() throws IOException {
    Path many = Files.createDirectory(directory.resolve("krb5.conf.d"));
    Files.writeString(many.resolve("site.conf"), "[libdefaults]\nclockskew = 2000\n");
    Files.writeString(many.resolve("site.conf~"), "[libdefaults]\nclockskew = 9000\n");
    Path file = Files.writeString(directory.resolve("krb5.conf"), "includedir " + many + "\n");
    String before = System.getProperty("java.security.krb5.conf");
    System.setProperty("java.security.krb5.conf", file.toString());
    try {
      assertEquals(Duration.ofSeconds(2000), ClockSkew.in(Krb5Conf.read()));
    } finally {
      if (before == null) {
        System.clearProperty("java.security.krb5.conf");
      } else {
        System.setProperty("java.security.krb5.conf", before);
      }
    }
  }

  private static Duration in(String... lines) throws IOException {
    return ClockSkew.in(
        new Krb5Conf("a test", Krb5Section.parse(List.of(lines)), null, List.of(), false));
  }
}
