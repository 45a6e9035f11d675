package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.sasl.SpnegoSaslServerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpnegoOptionTest {
  /** Name, default and values, in the enum's order. */
  @Test
  void theReadmesTableIsTheEnum() throws IOException {
    List<SpnegoOption> options = new ArrayList<>(List.of(SpnegoOption.values()));
    options.remove(SpnegoOption.REALMS);
    List<String> rows = rows("README.md", "| name | default | values | meaning |");
    assertEquals(options.size(), rows.size());
    for (int i = 0; i < rows.size(); i++) {
      SpnegoOption option = options.get(i);
      String start =
          "| "
              + cell(List.of(option.optionName()))
              + cell(option.defaultValue().isEmpty() ? List.of() : List.of(option.defaultValue()))
              + cell(option.choices());
      assertTrue(rows.get(i).startsWith(start), rows.get(i));
    }
  }

  /** What the server is seen to read. */
  @Test
  void theTableForServersHasWhatAServerReads() throws Exception {
    Set<String> read = new HashSet<>();
    Map<String, String> properties =
        new AbstractMap<>() {
          @Override
          public @Nullable String get(Object name) {
            read.add(String.valueOf(name));
            return name.toString().endsWith(".keytab") ? "/no/such/keytab" : null;
          }

          @Override
          public Set<Entry<String, String>> entrySet() {
            return Set.of();
          }
        };
    SaslServer server =
        new SpnegoSaslServerFactory()
            .createSaslServer("GSSAPI", "smtp", "mail.example.com", properties, null);
    assertThrows(SaslException.class, () -> server.evaluateResponse(new byte[] {1}));
    for (String row : rows("docs/SERVER.md", "| server setting | meaning |")) {
      String name = row.split("`", 3)[1];
      assertTrue(read.contains("mail.smtp.sasl.spnego." + name), row);
    }
  }

  @Test
  void theNameOfAPropertyIsTheProtocolsPrefixAndTheSettingsName() {
    assertEquals("mail.smtps.sasl.spnego.spn", SpnegoOption.SPN.propertyName("smtps"));
  }

  private static String cell(List<String> texts) {
    return texts.isEmpty() ? "| " : "`" + String.join("`, `", texts) + "` | ";
  }

  private static List<String> rows(String document, String header) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(document));
    return lines.stream()
        .skip(lines.indexOf(header) + 2L)
        .takeWhile(line -> line.startsWith("|"))
        .toList();
  }
}
