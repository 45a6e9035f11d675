package io.github.smtpspnego;

/**
 * Registers the provider before {@code main}, where no code can be changed: {@code -javaagent:}.
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
