package io.github.smtpspnego.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program in a JVM of its own. Its standard input is a pipe that nothing is written to and that
 * stays open: a program that asks there waits until it is ended.
 */
public final class ChildJvm {
  private static final long PATIENCE = 300;

  private ChildJvm() {}

  /**
   * What became of it.
   *
   * @param ended whether it ended by itself, within five minutes
   * @param exitCode what it ended with; where it did not, that of a program that is ended
   * @param output what it wrote, standard error included
   */
  public record Outcome(boolean ended, int exitCode, String output) {}

  /**
   * Runs a program on this JVM's class path, with these system properties ({@code name=value}) and
   * arguments.
   */
  public static Outcome run(
      Class<?> program, Map<String, String> environment, List<String> properties, String... args) {
    List<String> arguments = new ArrayList<>();
    properties.forEach(property -> arguments.add("-D" + property));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    arguments.addAll(List.of(args));
    return java(environment, arguments);
  }

  /** Ends a process that has not ended by itself after three minutes. */
  public static Process limited(Process process) {
    CompletableFuture.delayedExecutor(3, TimeUnit.MINUTES).execute(process::destroyForcibly);
    return process;
  }

  /** Runs this JVM's {@code java} with arguments of any kind. */
  public static Outcome java(Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("KRB5CCNAME");
    builder.environment().putAll(environment);
    try {
      Path output = Files.createTempFile("child", ".txt");
      Process process = builder.redirectOutput(output.toFile()).start();
      try {
        boolean ended = process.waitFor(PATIENCE, TimeUnit.SECONDS);
        int exitCode = process.destroyForcibly().waitFor();
        return new Outcome(ended, exitCode, Files.readString(output));
      } finally {
        process.destroyForcibly().waitFor();
        process.getOutputStream().close();
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
