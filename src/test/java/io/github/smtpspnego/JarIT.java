package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar, alone: no Jakarta Mail, no test classes, another JVM. */
class JarIT {
  private static final Path JAR = Path.of(System.getProperty("smtpspnego.jar"));
  private static final Path PROBE = Path.of("src", "test", "probes", "Probe.java");
  private static final String OURS = "io.github.smtpspnego.sasl.SpnegoSaslClient in module ";

  @TempDir Path directory;

  @Test
  void itIsUnder250Kilobytes() throws IOException {
    assertTrue(Files.size(JAR) < 250 * 1024, () -> JAR + " has grown: " + JAR.toFile().length());
  }

  @Test
  void itBringsItsLicence() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile());
        InputStream in = jar.getInputStream(jar.getEntry("META-INF/LICENSE"))) {
      assertArrayEquals(Files.readAllBytes(Path.of("LICENSE")), in.readAllBytes());
    }
  }

  @Test
  void itHoldsNothingButItself() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertEquals(
          List.of(),
          jar.stream()
              .map(java.util.zip.ZipEntry::getName)
              .filter(name -> name.endsWith(".class"))
              .filter(name -> !name.startsWith("io/github/smtpspnego/"))
              .filter(name -> !name.equals("module-info.class"))
              .toList());
      assertEquals(
          "io.github.smtpspnego.SpnegoAgent",
          jar.getManifest().getMainAttributes().getValue("Premain-Class"));
    }
  }

  @Test
  void itWorksOnAClassPathWithoutJakartaMail() throws Exception {
    assertEquals(
        OURS + "null, provider SmtpSpnego",
        java("-cp", JAR.toString(), PROBE.toString(), "install"));
  }

  @Test
  void itWorksOnTheModulePathWithoutJakartaMail() throws Exception {
    assertEquals(
        OURS + "io.github.smtpspnego, provider SmtpSpnego",
        java(
            "-p",
            JAR.toString(),
            "--add-modules",
            "io.github.smtpspnego",
            PROBE.toString(),
            "install"));
  }

  @Test
  void itWorksAsAnAgent() throws Exception {
    assertEquals(OURS + "null, provider SmtpSpnego", java("-javaagent:" + JAR, PROBE.toString()));
  }

  @Test
  void itWorksByNameInJavaSecurity() throws Exception {
    List<String> names =
        new ArrayList<>(Arrays.stream(Security.getProviders()).map(Provider::getName).toList());
    names.remove(SpnegoProvider.NAME);
    names.add(names.indexOf("JdkSASL"), SpnegoProvider.NAME);
    StringBuilder properties = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      properties.append("security.provider.%d=%s\n".formatted(i + 1, names.get(i)));
    }
    Path file = Files.writeString(directory.resolve("java.security"), properties);
    assertEquals(
        OURS + "null, provider SmtpSpnego",
        java("-Djava.security.properties=" + file, "-cp", JAR.toString(), PROBE.toString()));
  }

  private static String java(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(arguments));
    Process process =
        ChildJvm.limited(new ProcessBuilder(command).redirectErrorStream(true).start());
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor();
      return text;
    }
  }
}
