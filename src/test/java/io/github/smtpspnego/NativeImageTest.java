package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What GraalVM's native-image is told of: the classes that are made by their names. */
class NativeImageTest {
  private static final Path RESOURCES = Path.of("src", "main", "resources", "META-INF");
  private static final Path REFLECTION =
      RESOURCES.resolve("native-image/smtp-spnego/reflect-config.json");

  /** An entry is one line: the class, and the types of its constructor's parameters, if any. */
  private static final Pattern ENTRY =
      Pattern.compile("\"name\": \"([a-z][\\w.]+)\"(?:.*\"parameterTypes\": \\[([^]]*)])?");

  @Test
  void eachNameIsThatOfAClassWithThisConstructor() throws Exception {
    for (Map.Entry<String, List<String>> entry : entries().entrySet()) {
      Class<?> type = Class.forName(entry.getKey(), false, getClass().getClassLoader());
      if (!entry.getValue().equals(List.of("none"))) {
        Class<?>[] parameters = new Class<?>[entry.getValue().size()];
        for (int i = 0; i < parameters.length; i++) {
          parameters[i] = Class.forName(entry.getValue().get(i));
        }
        assertNotNull(type.getConstructor(parameters));
      }
    }
  }

  @Test
  void whatServicesAndSecurityProvidersMakeIsThere() throws IOException {
    Map<String, List<String>> entries = entries();
    for (Provider.Service service : new SpnegoProvider().getServices()) {
      assertTrue(entries.containsKey(service.getClassName()), service.getClassName());
    }
    for (String file : List.of("jakarta.mail.Provider", "java.security.Provider")) {
      for (String name : Files.readAllLines(RESOURCES.resolve("services").resolve(file))) {
        assertTrue(entries.containsKey(name), name);
      }
    }
  }

  private static Map<String, List<String>> entries() throws IOException {
    List<String> lines = Files.readAllLines(REFLECTION);
    Map<String, List<String>> entries = new LinkedHashMap<>();
    for (String line : lines) {
      Matcher entry = ENTRY.matcher(line);
      if (entry.find()) {
        String parameters = entry.group(2);
        entries.put(
            entry.group(1),
            parameters == null
                ? List.of("none")
                : Arrays.stream(parameters.replace("\"", "").split(", ", -1))
                    .filter(name -> !name.isEmpty())
                    .toList());
      }
    }
    assertEquals(lines.size() - 2, entries.size(), "an entry for each line between the brackets");
    return entries;
  }
}
