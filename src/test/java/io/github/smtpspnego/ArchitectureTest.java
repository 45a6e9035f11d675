package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One arrow between the packages, as ARCHITECTURE.md draws it. */
class ArchitectureTest {
  private static final Path SOURCES = Path.of("src", "main", "java", "io", "github", "smtpspnego");
  private static final Pattern IMPORT =
      Pattern.compile("^import io\\.github\\.smtpspnego\\.([a-z]+)\\.", Pattern.MULTILINE);

  /** What each package may use, beside the root. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.of(
          "", Set.of(),
          "kerberos", Set.of(),
          "gss", Set.of("kerberos"),
          "settings", Set.of("gss", "kerberos"),
          "credentials", Set.of("settings", "gss", "kerberos"),
          "sasl", Set.of("credentials", "settings", "gss", "kerberos"),
          "smtp", Set.of("sasl", "credentials", "settings", "gss"),
          "mail", Set.of("smtp", "sasl", "settings"));

  @Test
  void packagesUseOnlyThoseToTheirRight() throws IOException {
    List<String> wrong = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String own = SOURCES.relativize(file.getParent()).toString();
        Matcher used = IMPORT.matcher(Files.readString(file));
        while (used.find()) {
          if (!used.group(1).equals(own) && !ALLOWED.get(own).contains(used.group(1))) {
            wrong.add(file.getFileName() + " uses " + used.group(1));
          }
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void onlyTheMailPackageSeesJakartaMail() throws IOException {
    List<String> wrong = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String own = SOURCES.relativize(file.getParent()).toString();
        boolean sees =
            Pattern.compile("\\b(jakarta|angus)\\.mail\\b").matcher(Files.readString(file)).find();
        if (sees && !own.equals("mail")) {
          wrong.add(file.toString());
        }
      }
    }
    assertEquals(List.of(), wrong);
  }
}
