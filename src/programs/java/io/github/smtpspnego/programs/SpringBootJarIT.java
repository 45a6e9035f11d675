package io.github.smtpspnego.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spring Boot's executable jar, whose class loader reads the jars within it. */
class SpringBootJarIT {
  @TempDir Path directory;

  @Test
  void aMailIsSentWithTheJarAmongTheOthers() throws Exception {
    Program program = Program.of("spring-boot");
    try (Scene scene = new Scene()) {
      Path classes = program.compile(scene.port());
      Path without = repackage(classes, "without.jar", program.libraries());
      scene.assertNothingSent(scene.run(List.of("-jar", without.toString())).output());
      List<Path> libraries = new ArrayList<>(program.libraries());
      libraries.add(Program.JAR);
      Path with = repackage(classes, "with.jar", libraries);
      ChildJvm.Outcome sent = scene.run(List.of("-jar", with.toString()));
      scene.assertSentBySpnego(sent.output());
      assertEquals(0, sent.exitCode(), sent.output());
    }
  }

  private Path repackage(Path classes, String name, List<Path> libraries) throws Exception {
    Path plain = Jars.write(directory.resolve("plain-" + name), "", classes);
    Path repackaged = directory.resolve(name);
    Program tool = Program.of("spring-boot-jar");
    List<String> arguments = new ArrayList<>(List.of("-cp", tool.classPath(tool.compile(0))));
    arguments.addAll(
        List.of("Repackage", plain.toString(), repackaged.toString(), "SpringBootMail"));
    libraries.forEach(library -> arguments.add(library.toString()));
    ChildJvm.Outcome outcome = ChildJvm.java(java.util.Map.of(), arguments);
    assertEquals(0, outcome.exitCode(), outcome.output());
    return repackaged;
  }
}
