package io.github.smtpspnego.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the jar stands on the class path, with each version of Jakarta Mail and its bundles. */
class ClassPathOrderIT {
  private static final String ANGUS = "org.eclipse.angus:angus-mail:2.0.5";
  private static final String API = "jakarta.mail:jakarta.mail-api:";
  private static final String BUNDLE = "org.eclipse.angus:jakarta.mail:";
  private static final String TRANSPORT = "io.github.smtpspnego.mail.SpnegoSMTPTransport";
  private static final String WARNING = "TROUBLESHOOTING.md#class-path-order)";

  @ParameterizedTest
  @ValueSource(
      strings = {
        API + "2.1.4",
        API + "2.1.5",
        BUNDLE + "2.0.2",
        BUNDLE + "2.0.3",
        BUNDLE + "2.0.4",
        BUNDLE + "2.0.5"
      })
  void theJarsPlaceMakesNoDifference(String version) {
    for (boolean isFirst : List.of(true, false)) {
      try (Scene scene = new Scene()) {
        assertSent(scene, run(scene, version, isFirst));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {API + "2.1.2", API + "2.1.3"})
  void withAnOlderJakartaMailTheJarGoesBeforeAngusMail(String version) {
    try (Scene scene = new Scene()) {
      assertSent(scene, run(scene, version, true));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {API + "2.1.2", API + "2.1.3"})
  void withAnOlderJakartaMailBeforeTheJarAWarningSaysWhatToDo(String version) {
    try (Scene scene = new Scene()) {
      ChildJvm.Outcome outcome = run(scene, version, false);
      scene.assertNothingSent(outcome.output());
      assertEquals(2, outcome.output().split("\\Q" + WARNING + "\\E", -1).length, "once");
    }
  }

  @Test
  void theClassOfTheTransportCanBeSetToo() {
    try (Scene scene = new Scene()) {
      assertSent(scene, run(scene, API + "2.1.3", false, "-Dmail.smtp.class=" + TRANSPORT));
    }
  }

  @Test
  void theDoctorSaysItOnTheClassPathOfTheProgram() {
    Program program = Program.of("jakarta-mail", List.of(API + "2.1.3", ANGUS));
    Stream<Path> doctor =
        Stream.of(Program.JAR, Path.of(System.getProperty("smtpspnego.doctor.jar")));
    try (Scene scene = new Scene()) {
      String report =
          scene
              .run(
                  List.of(
                      Way.SWITCH,
                      "-Dmail.smtp.host=localhost",
                      "-Dmail.smtp.port=" + scene.port(),
                      "-cp",
                      Program.path(Stream.concat(program.libraries().stream(), doctor)),
                      "io.github.smtpspnego.doctor.Doctor"))
              .output()
              .replaceAll("\\s+", " ");
      assertTrue(
          report.contains("WARN Mail goes by org.eclipse.angus.mail.smtp.SMTPTransport"), report);
      assertTrue(report.contains("put smtp-spnego before Angus Mail on the class path"), report);
    }
  }

  private static void assertSent(Scene scene, ChildJvm.Outcome outcome) {
    scene.assertSentBySpnego(outcome.output());
    assertEquals(0, outcome.exitCode(), outcome.output());
    assertTrue(!outcome.output().contains("TROUBLESHOOTING"), outcome.output());
  }

  private static ChildJvm.Outcome run(
      Scene scene, String version, boolean isFirst, String... options) {
    List<String> coordinates = new ArrayList<>(List.of(version));
    if (version.startsWith(API)) {
      coordinates.add(ANGUS);
    }
    Program program = Program.of("jakarta-mail", coordinates);
    Stream<Path> jar = Stream.of(Program.JAR);
    Stream<Path> libraries = program.libraries().stream();
    Stream<Path> entries = isFirst ? Stream.concat(jar, libraries) : Stream.concat(libraries, jar);
    Path classes = program.compile(scene.port());
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add(Way.SWITCH);
    arguments.addAll(
        List.of("-cp", Program.path(Stream.concat(Stream.of(classes), entries)), "LikeJenkins"));
    return scene.run(arguments);
  }
}
