package io.github.smtpspnego.interop;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The command line of an example that runs from its source, in a JVM of its own, with the jar. */
final class ExampleJvm {
  private ExampleJvm() {}

  static List<String> command(String example, String... properties) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Arrays.stream(properties).map(property -> "-D" + property).toList());
    command.addAll(List.of("-cp", classPath(), "examples/" + example + ".java"));
    return command;
  }

  /** Jars only: the compiled examples are in a directory, and would hide their sources. */
  private static String classPath() {
    List<String> jars = new ArrayList<>(List.of(System.getProperty("smtpspnego.jar")));
    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.endsWith(".jar") && !jars.contains(entry))
        .forEach(jars::add);
    return String.join(File.pathSeparator, jars);
  }
}
