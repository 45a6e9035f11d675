package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SpnegoOptionTest {
  @Test
  void theReadmesTableIsTheEnum() throws IOException {
    assertEquals(
        Arrays.stream(SpnegoOption.values())
            .filter(option -> !option.description().isEmpty())
            .map(SpnegoOptionTest::row)
            .toList(),
        rows("README.md", "| name | default | meaning |"));
  }

  @Test
  void theReadmesTableForServersIsTheEnumToo() throws IOException {
    assertEquals(
        Arrays.stream(SpnegoOption.values())
            .filter(option -> !option.serverDescription().isEmpty())
            .map(option -> "| `" + option.optionName() + "` | " + option.serverDescription() + " |")
            .toList(),
        rows("docs/SERVER.md", "| server setting | meaning |"));
  }

  @Test
  void theNameOfAPropertyIsTheProtocolsPrefixAndTheSettingsName() {
    assertEquals("mail.smtps.sasl.spnego.spn", SpnegoOption.SPN.propertyName("smtps"));
  }

  private static String row(SpnegoOption option) {
    String value = option.defaultValue().isEmpty() ? "" : "`" + option.defaultValue() + "` ";
    String choices =
        option.choices().size() <= 2
            ? ""
            : ": "
                + option.choices().stream()
                    .map(choice -> "`" + choice + "`")
                    .collect(Collectors.joining(", "));
    return "| `%s` | %s| %s%s |"
        .formatted(option.optionName(), value, option.description(), choices);
  }

  private static List<String> rows(String document, String header) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(document));
    return lines.stream()
        .skip(lines.indexOf(header) + 2L)
        .takeWhile(line -> line.startsWith("|"))
        .toList();
  }
}
