package io.github.smtpspnego.kerberos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockSkewTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "clockskew = 10, 10",
    "clockskew=600, 600",
    "'  clockskew = 0  ', 0",
    "# clockskew = 10, 300",
    "clockskew = 5m, 300",
    "default_realm = R, 300",
  })
  void theValueIsANumberOfSeconds(String line, int seconds) throws IOException {
    Path file = Files.writeString(directory.resolve("krb5.conf"), "[libdefaults]\n" + line + "\n");
    assertEquals(Duration.ofSeconds(seconds), ClockSkew.read(file));
  }

  @Test
  void includedFilesCount() throws IOException {
    Path other = Files.writeString(directory.resolve("other"), "clockskew = 1000\n");
    Path many = Files.createDirectory(directory.resolve("krb5.conf.d"));
    Files.writeString(many.resolve("site.conf"), "clockskew = 2000\n");
    Files.writeString(many.resolve("site.conf~"), "clockskew = 9000\n");
    Path file = directory.resolve("krb5.conf");
    Files.writeString(file, "include " + other + "\n[libdefaults]\nclockskew = 10\n");
    assertEquals(Duration.ofSeconds(1000), ClockSkew.read(file));
    Files.writeString(file, "includedir " + many + "\ninclude " + file + "\n");
    assertEquals(Duration.ofSeconds(2000), ClockSkew.read(file));
  }

  @Test
  void withoutAFileTheJdksDefaultHolds() {
    assertEquals(Duration.ofMinutes(5), ClockSkew.read(directory.resolve("nothing")));
  }
}
