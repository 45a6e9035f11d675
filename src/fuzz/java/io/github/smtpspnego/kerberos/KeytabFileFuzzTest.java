package io.github.smtpspnego.kerberos;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.smtpspnego.support.Kdc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/** Keytabs that are none. */
class KeytabFileFuzzTest {
  private static final Path FILE = file();

  static List<byte[]> realFiles() throws IOException {
    return List.of(Files.readAllBytes(Kdc.shared().keytab("alice", "smtp/localhost")));
  }

  @MethodSource("realFiles")
  @FuzzTest(maxDuration = "60s")
  void onlyAnIoExceptionLeaves(byte[] octets) throws IOException {
    if (octets == null) {
      return;
    }
    Files.write(FILE, octets);
    try {
      KeytabFile.read(FILE);
    } catch (IOException e) {
      // What is to leave.
    }
    KeytabFile.describe(FILE);
  }

  private static Path file() {
    try {
      Path file = Files.createTempFile("fuzz", ".keytab");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
