package io.github.smtpspnego.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.ChildJvm;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The doctor's jar in JVMs of its own: alone, and on a program's class path. */
class DoctorJarIT {
  private static final Path DOCTOR = Path.of(System.getProperty("smtpspnego.doctor.jar"));
  private static final Path DROP_IN = Path.of(System.getProperty("smtpspnego.jar"));

  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  private record Outcome(int exitCode, String output) {}

  @Test
  void theDropInJarHoldsNothingOfIt() throws IOException {
    assertFalse(names(DROP_IN).stream().anyMatch(name -> name.contains("/doctor/")));
    assertTrue(names(DOCTOR).contains("io/github/smtpspnego/doctor/Doctor.class"));
  }

  @Test
  void itHoldsAllProvidersOfJakartaMailAndNoModule() throws IOException {
    try (JarFile jar = new JarFile(DOCTOR.toFile());
        InputStream in =
            jar.getInputStream(jar.getJarEntry("META-INF/services/jakarta.mail.Provider"))) {
      String providers = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(providers.contains("io.github.smtpspnego.mail.SpnegoSMTPProvider"), providers);
      assertTrue(providers.contains("org.eclipse.angus.mail.smtp.SMTPProvider"), providers);
    }
    List<String> names = names(DOCTOR);
    assertFalse(names.stream().anyMatch(name -> name.endsWith("module-info.class")));
    assertEquals(names.stream().distinct().toList(), names, "each once");
  }

  /** Annotations are among what the code is compiled with, and in no jar. */
  @Test
  void itsBillOfMaterialsNamesEachLibraryInIt() throws IOException {
    Map<String, String> packages =
        Map.of(
            "angus-mail", "org/eclipse/angus/mail/",
            "angus-activation", "org/eclipse/angus/activation/",
            "jakarta.mail-api", "jakarta/mail/",
            "jakarta.activation-api", "jakarta/activation/",
            "picocli", "picocli/");
    String file = DOCTOR.toString().replaceFirst("\\.jar$", "-sbom.json");
    Set<String> named = new TreeSet<>();
    for (Object component :
        (List<?>) JsonText.parse(Files.readString(Path.of(file))).get("components")) {
      named.add(String.valueOf(((Map<?, ?>) component).get("name")));
    }
    named.remove("jspecify");
    assertEquals(new TreeSet<>(packages.keySet()), named);
    for (String name : names(DOCTOR)) {
      boolean isKnown =
          name.startsWith("io/github/smtpspnego/")
              || packages.values().stream().anyMatch(name::startsWith);
      assertTrue(isKnown || !name.endsWith(".class"), name);
    }
  }

  @Test
  void itHelps() throws Exception {
    Outcome outcome = java("-jar", DOCTOR.toString(), "--help");
    assertEquals(0, outcome.exitCode(), outcome.output());
    assertTrue(outcome.output().startsWith("Usage: java -jar "), outcome.output());
    assertTrue(
        java("-jar", DOCTOR.toString(), "--version").output().contains("doctor 0."),
        "the version of the manifest");
  }

  @Test
  void itRunsAlone() throws Exception {
    Kdc kdc = Kdc.shared();
    try (MailServer server = mailServer(kdc)) {
      Outcome outcome =
          java(
              "-Djava.security.krb5.conf=" + kdc.configuration(),
              "-jar",
              DOCTOR.toString(),
              "--host=localhost",
              "--port=" + server.port(),
              "--ticketcache=" + kdc.ticketCache("alice", Kdc.PASSWORD),
              "--json",
              "--send",
              "alice@example.test",
              "bob@example.test");
      Diagnosis diagnosis = Diagnosis.read(outcome.exitCode(), outcome.output());
      assertEquals(0, diagnosis.exitCode(), outcome.output());
      assertTrue(diagnosis.of("java").contains(DOCTOR.toString()), outcome.output());
      assertEquals(1, server.received().length);
    }
  }

  @Test
  void itFailsWithOneAndWithoutColoursOrLogLines() throws Exception {
    Outcome outcome =
        java("-jar", DOCTOR.toString(), "--host=localhost", "--port=1", "--ticketcache=/no/such");
    assertEquals(1, outcome.exitCode(), outcome.output());
    assertTrue(outcome.output().contains("\nNot in order for localhost:1"), outcome.output());
    assertFalse(outcome.output().contains("\u001b"), outcome.output());
    assertFalse(outcome.output().contains("WARNING"), outcome.output());
  }

  @Test
  void itRunsOnTheClassPathAndWithTheSettingsOfAProgram() throws Exception {
    Kdc kdc = Kdc.shared();
    String libraries =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(path -> path.matches(".*(angus|jakarta)[^/\\\\]*\\.jar"))
            .reduce((some, more) -> some + File.pathSeparator + more)
            .orElseThrow();
    try (MailServer server = mailServer(kdc)) {
      Outcome outcome =
          java(
              "-Djava.security.krb5.conf=" + kdc.configuration(),
              "-cp",
              String.join(File.pathSeparator, DROP_IN.toString(), libraries, DOCTOR.toString()),
              "-Dmail.smtp.host=localhost",
              "-Dmail.smtp.port=" + server.port(),
              "-Dmail.smtp.sasl.enable=true",
              "-Dmail.smtp.sasl.mechanisms=GSSAPI",
              "-Dmail.smtp.sasl.spnego.ticketcache=" + kdc.ticketCache("alice", Kdc.PASSWORD),
              "io.github.smtpspnego.doctor.Doctor",
              "--json");
      Diagnosis diagnosis = Diagnosis.read(outcome.exitCode(), outcome.output());
      assertEquals(0, diagnosis.exitCode(), outcome.output());
      assertTrue(diagnosis.of("java").contains(DROP_IN.toString()), outcome.output());
      assertEquals(List.of(Kdc.full("alice")), server.principals());
    }
  }

  /** The default of Red Hat's systems: what is ours stands in a file of its own. */
  @Test
  void itFollowsWhatKrb5ConfIncludes(@TempDir Path directory) throws Exception {
    Kdc kdc = Kdc.shared();
    Path included = Files.createDirectory(directory.resolve("krb5.conf.d"));
    Files.copy(kdc.configuration(), included.resolve("lab.conf"));
    Files.writeString(
        included.resolve("kcm_default_ccache"), "[libdefaults]\n  default_ccache_name = KCM:\n");
    Path configuration =
        Files.writeString(
            directory.resolve("krb5.conf"),
            "includedir %s/\n\n[logging]\n  default = FILE:/var/log/krb5libs.log\n[libdefaults]\n"
                    .formatted(included)
                + "  dns_lookup_realm = false\n  ticket_lifetime = 24h\n# default_realm = NO\n");
    try (MailServer server = mailServer(kdc)) {
      Outcome outcome =
          java(
              "-Djava.security.krb5.conf=" + configuration,
              "-jar",
              DOCTOR.toString(),
              "--host=localhost",
              "--port=" + server.port(),
              "--ticketcache=" + kdc.ticketCache("alice", Kdc.PASSWORD),
              "--json");
      Diagnosis diagnosis = Diagnosis.read(outcome.exitCode(), outcome.output());
      assertEquals(0, diagnosis.exitCode(), outcome.output());
      String kerberos = diagnosis.of("kerberos");
      assertTrue(kerberos.contains(configuration + ", " + included), kerberos);
      assertTrue(kerberos.contains("The default realm is EXAMPLE.TEST"), kerberos);
      assertTrue(kerberos.contains("localhost:" + kdc.proxy().port()), kerberos);
      assertEquals(List.of(Kdc.full("alice")), server.principals());
    }
  }

  /** On a terminal, which {@code script} makes. */
  @ParameterizedTest
  @CsvSource({", true", "1, false"})
  void itIsColouredOnATerminalAndNotWhereThatIsNotWanted(String noColor, boolean coloured)
      throws Exception {
    Path script = Path.of("/usr/bin/script");
    Assumptions.assumeTrue(Files.isExecutable(script), "a terminal");
    ProcessBuilder builder =
        new ProcessBuilder(
            script.toString(),
            "-qec",
            JAVA + " -jar " + DOCTOR + " --host=localhost --port=1 --ticketcache=/no/such",
            "/dev/null");
    builder.environment().remove("NO_COLOR");
    builder.environment().put("TERM", "xterm");
    if (noColor != null) {
      builder.environment().put("NO_COLOR", noColor);
    }
    String output = outcome(builder).output();
    assertTrue(output.contains("Not in order"), output);
    assertEquals(coloured, output.contains("\u001b[1m"), output);
  }

  private static MailServer mailServer(Kdc kdc) {
    return MailServer.start(
        Map.of("mail.smtp.sasl.spnego.keytab", kdc.keytab("smtp/localhost").toString()));
  }

  private static List<String> names(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().map(java.util.zip.ZipEntry::getName).toList();
    }
  }

  private static Outcome java(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(JAVA.toString()));
    command.addAll(List.of(arguments));
    return outcome(new ProcessBuilder(command));
  }

  private static Outcome outcome(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = ChildJvm.limited(builder.redirectErrorStream(true).start());
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), text);
    }
  }
}
