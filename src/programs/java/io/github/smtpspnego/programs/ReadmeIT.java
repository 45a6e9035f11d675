package io.github.smtpspnego.programs;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What README and docs/PROGRAMS.md say that a program needs is what the programs here were run
 * with.
 */
class ReadmeIT {
  private static final Path PROGRAMS = Path.of("src", "programs");
  private static final Pattern RECIPE = Pattern.compile("```\\w*\\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @MethodSource("io.github.smtpspnego.programs.ProgramsIT#ways")
  void theRowOfAProgramHasItsOptions(Way way) throws IOException {
    String row = row(way.program());
    for (String option : List.of(Way.SWITCH, Way.AGENT)) {
      if (way.options().contains(option)) {
        assertTrue(row.contains("`" + option + "`"), () -> option + ": " + row);
      }
    }
  }

  static Stream<String> programs() throws IOException {
    try (Stream<Path> files = Files.walk(PROGRAMS, 2)) {
      return files
          .filter(file -> file.endsWith("libraries.txt"))
          .map(file -> file.getParent().getFileName().toString())
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void theRowOfAProgramHasItsVersion(String program) throws IOException {
    String version = Program.coordinates(program).get(0).split(":", -1)[2];
    assertTrue(row(program).contains(version), () -> program + " " + version);
  }

  private static String row(String program) throws IOException {
    return section()
        .lines()
        .filter(line -> line.contains("](src/programs/" + program + ")"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("README names no src/programs/" + program));
  }

  @Test
  void eachRecipeIsPartOfAProgram() throws IOException {
    List<String> recipes =
        RECIPE.matcher(section()).results().map((MatchResult match) -> match.group(1)).toList();
    assertFalse(recipes.isEmpty());
    for (String recipe : recipes) {
      try (Stream<Path> files = Files.walk(PROGRAMS, 2)) {
        assertTrue(
            files
                .filter(Files::isRegularFile)
                .anyMatch(file -> read(file).contains(squeezed(recipe))),
            () -> "no program was run with\n" + recipe);
      }
    }
  }

  private static String section() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    int start = readme.indexOf("\n## Works in\n");
    return readme.substring(start, readme.indexOf("\n## ", start + 1))
        + Files.readString(Path.of("docs", "PROGRAMS.md"));
  }

  private static String read(Path file) {
    try {
      return squeezed(Files.readString(file));
    } catch (IOException e) {
      return "";
    }
  }

  /** Without the white space, which depends on where a recipe stands. */
  private static String squeezed(String text) {
    return text.replaceAll("\\s+", "");
  }
}
