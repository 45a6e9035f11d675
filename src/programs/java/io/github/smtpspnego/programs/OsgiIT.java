package io.github.smtpspnego.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as a bundle in Felix. SPI Fly gives its services to Jakarta Mail's bundle. */
class OsgiIT {
  @TempDir Path directory;

  @Test
  void aBundleThatKnowsJakartaMailOnlySendsAMail() throws Exception {
    Program felix = Program.of("osgi");
    Program bundle = Program.of("osgi-bundle");
    try (Scene scene = new Scene()) {
      Path application =
          Jars.write(
              directory.resolve("shop.jar"),
              """
              Bundle-ManifestVersion: 2
              Bundle-SymbolicName: shop
              Bundle-Activator: shop.MailActivator
              Import-Package: org.osgi.framework,jakarta.mail,jakarta.mail.internet
              """,
              bundle.compile(
                  scene.port(),
                  "-cp",
                  Program.path(
                      Stream.concat(bundle.libraries().stream(), felix.libraries().stream()))));
      List<Path> bundles = new ArrayList<>(bundle.libraries());
      bundles.add(application);
      scene.assertNothingSent(run(felix, scene, "without", bundles).output());
      bundles.add(bundles.size() - 1, Program.JAR);
      ChildJvm.Outcome sent = run(felix, scene, "with", bundles);
      scene.assertSentBySpnego(sent.output());
      assertEquals(0, sent.exitCode(), sent.output());
    }
  }

  private ChildJvm.Outcome run(Program felix, Scene scene, String storage, List<Path> bundles) {
    List<String> arguments = new ArrayList<>(List.of("-cp", felix.classPath(felix.compile(0))));
    arguments.addAll(List.of("OsgiMail", directory.resolve(storage).toString()));
    bundles.forEach(each -> arguments.add(each.toString()));
    return scene.run(arguments);
  }
}
