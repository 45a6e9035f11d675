package io.github.smtpspnego.interop;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program that ran to its end.
 *
 * @param exitCode what it ended with
 * @param output what it wrote, standard error included
 */
record Command(int exitCode, String output) {
  /** Coreutils' timeout, which ends with 124 where the program does not end by itself. */
  private static final List<String> BOUNDED = List.of("timeout", "--kill-after=5", "120");

  /** Runs a program; what it reads is given. */
  static Command run(Map<String, String> environment, String input, List<String> command) {
    List<String> bounded = new ArrayList<>(BOUNDED);
    bounded.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(bounded).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Command(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fails where the program did. */
  Command orFail() {
    if (exitCode != 0) {
      throw new IllegalStateException(output);
    }
    return this;
  }
}
