package io.github.smtpspnego;

/**
 * Installs the provider before {@code main} runs, for programs whose code cannot be changed: {@code
 * -javaagent:}.
 */
public final class SpnegoAgent {
  private SpnegoAgent() {}

  /**
   * Called by the JVM.
   *
   * @param arguments what follows the jar's name and an equals sign; not used
   */
  public static void premain(String arguments) {
    SpnegoProvider.install();
  }
}
