package io.github.smtpspnego.programs;

import io.github.smtpspnego.support.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A way to send with a program: one of its main classes, and options of the JVM.
 *
 * @param program the program's directory
 * @param main the main class
 * @param options the JVM's options; {@code smtp-spnego.jar} in them is the packaged jar
 */
record Way(String program, String main, List<String> options) {
  /** The one switch, for programs that cannot be told of it otherwise. */
  static final String SWITCH = "-Dmail.smtp.sasl.spnego.enable=true";

  static final String AGENT = "-javaagent:smtp-spnego.jar";

  static Way of(String program, String main, String... options) {
    return new Way(program, main, List.of(options));
  }

  /** Runs it on its libraries with the jar, or without. */
  ChildJvm.Outcome run(Scene scene, Program built, Path classes, boolean withJar) {
    List<String> arguments = new ArrayList<>();
    boolean isAgent = options.contains(AGENT);
    for (String option : options) {
      if (withJar || !option.equals(AGENT)) {
        arguments.add(
            Program.local(option, scene.port()).replace("smtp-spnego.jar", Program.JAR.toString()));
      }
    }
    Stream<Path> entries = Stream.concat(Stream.of(classes), built.libraries().stream());
    Stream<Path> jar = withJar && !isAgent ? Stream.of(Program.JAR) : Stream.empty();
    arguments.addAll(List.of("-cp", Program.path(Stream.concat(entries, jar)), main));
    return scene.run(arguments);
  }

  @Override
  public String toString() {
    return main + " " + String.join(" ", options);
  }
}
