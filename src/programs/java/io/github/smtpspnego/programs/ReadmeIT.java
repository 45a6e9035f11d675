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

/** What README says that a program needs is what the programs here were run with. */
class ReadmeIT {
  private static final Pattern RECIPE = Pattern.compile("```\\w*\\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @MethodSource("io.github.smtpspnego.programs.ProgramsIT#ways")
  void theRowOfAProgramHasItsVersionAndItsOptions(Way way) throws IOException {
    String row =
        section()
            .lines()
            .filter(line -> line.contains("](src/programs/" + way.program() + ")"))
            .findFirst()
            .orElseThrow();
    String version = Program.coordinates(way.program()).get(0).split(":", -1)[2];
    assertTrue(row.contains(version), () -> version + ": " + row);
    for (String option : List.of(Way.SWITCH, Way.AGENT)) {
      if (way.options().contains(option)) {
        assertTrue(row.contains("`" + option + "`"), () -> option + ": " + row);
      }
    }
  }

  @Test
  void eachRecipeIsPartOfAProgram() throws IOException {
    List<String> recipes =
        RECIPE.matcher(section()).results().map((MatchResult match) -> match.group(1)).toList();
    assertFalse(recipes.isEmpty());
    for (String recipe : recipes) {
      try (Stream<Path> files = Files.walk(Path.of("src", "programs"), 2)) {
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
    return readme.substring(start, readme.indexOf("\n## ", start + 1));
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
