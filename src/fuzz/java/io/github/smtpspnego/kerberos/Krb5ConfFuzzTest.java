package io.github.smtpspnego.kerberos;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.smtpspnego.support.Kdc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations that are none. */
class Krb5ConfFuzzTest {
  static List<byte[]> realFiles() throws IOException {
    return List.of(Files.readAllBytes(Kdc.shared().configuration()));
  }

  @MethodSource("realFiles")
  @FuzzTest(maxDuration = "60s")
  void nothingLeaves(byte[] octets) {
    if (octets != null) {
      List<String> lines = new String(octets, StandardCharsets.ISO_8859_1).lines().toList();
      try {
        new Krb5Conf("krb5.conf", Krb5Section.parse(lines), null, List.of(), false).describe();
      } catch (IOException e) {
        // The JDK refuses it too.
      }
    }
  }
}
