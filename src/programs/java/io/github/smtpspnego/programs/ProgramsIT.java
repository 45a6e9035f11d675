package io.github.smtpspnego.programs;

import static io.github.smtpspnego.programs.Way.AGENT;
import static io.github.smtpspnego.programs.Way.SWITCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.ChildJvm;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that people run, each with its own libraries, in a JVM of its own. */
class ProgramsIT {
  static Stream<Way> ways() {
    return Stream.of(
        Way.of("spring-boot", "SpringBootMail"),
        Way.of("camel", "CamelMail"),
        Way.of("camel", "UnchangedCamelMail", SWITCH),
        Way.of("simple-java-mail", "SimpleMail"),
        Way.of("simple-java-mail", "UnchangedSimpleMail", SWITCH),
        Way.of("commons-email", "CommonsEmail", SWITCH),
        Way.of("logback", "LogbackMail", SWITCH),
        Way.of("log4j", "Log4jMail", SWITCH),
        Way.of("jakarta-mail", "LikeJenkins", SWITCH),
        Way.of("jakarta-mail", "LikeKeycloak", SWITCH),
        Way.of("jakarta-mail", "LikeJames", SWITCH),
        Way.of(
            "commons-net",
            "examples/SendMailWithCommonsNet.java",
            "-Dhost=mail.contoso.com",
            "-Dport=587",
            "-Dstarttls=false",
            "-Dfrom=alice@contoso.com",
            "-Dto=bob@contoso.com"),
        Way.of("javax-mail", "JavaxMail", AGENT),
        Way.of("jakarta-mail-2.0", "OldJakartaMail", AGENT),
        Way.of("jakarta-mail-2.0", "OldJakartaMail"));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aMailIsSentWithTheJarAndNoneWithoutIt(Way way) {
    Program program = Program.of(way.program());
    try (Scene scene = new Scene()) {
      Path classes = program.compile(scene.port());
      ChildJvm.Outcome without = way.run(scene, program, classes, false);
      scene.assertNothingSent(without.output());
      ChildJvm.Outcome with = way.run(scene, program, classes, true);
      scene.assertSentBySpnego(with.output());
      assertTrue(with.ended(), with.output());
      assertEquals(0, with.exitCode(), with.output());
    }
  }
}
