package io.github.smtpspnego.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Jakarta Mail, Angus Mail and the program as modules. */
class ModulePathIT {
  @Test
  void withTheTwoCallsInAModuleThatRequiresTheJars() {
    Program program = Program.of("modules-calls");
    try (Scene scene = new Scene()) {
      List<Path> modules = new ArrayList<>(program.libraries());
      modules.add(Program.JAR);
      Path classes = compile(program, modules, scene);
      scene.assertNothingSent(run(scene, classes, program.libraries()).output());
      assertSent(scene, run(scene, classes, modules));
    }
  }

  @Test
  void withTheAgent() {
    assertSentBy(List.of("-javaagent:" + Program.JAR, Way.SWITCH));
  }

  @Test
  void withTheJarOnTheClassPathBesideTheModules() {
    assertSentBy(List.of("-cp", Program.JAR.toString(), Way.SWITCH));
  }

  private static void assertSentBy(List<String> options) {
    Program program = Program.of("modules");
    try (Scene scene = new Scene()) {
      Path classes = compile(program, program.libraries(), scene);
      scene.assertNothingSent(run(scene, classes, program.libraries(), Way.SWITCH).output());
      assertSent(scene, run(scene, classes, program.libraries(), options.toArray(String[]::new)));
    }
  }

  private static void assertSent(Scene scene, ChildJvm.Outcome outcome) {
    scene.assertSentBySpnego(outcome.output());
    assertEquals(0, outcome.exitCode(), outcome.output());
  }

  private static Path compile(Program program, List<Path> modules, Scene scene) {
    return program.compile(scene.port(), "-p", Program.path(modules.stream()));
  }

  private static ChildJvm.Outcome run(
      Scene scene, Path classes, List<Path> modules, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    Stream<Path> entries = Stream.concat(modules.stream(), Stream.of(classes));
    arguments.addAll(List.of("-p", Program.path(entries), "-m", "shop/shop.ModuleMail"));
    return scene.run(arguments);
  }
}
