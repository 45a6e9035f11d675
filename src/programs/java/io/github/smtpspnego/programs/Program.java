package io.github.smtpspnego.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jboss.shrinkwrap.resolver.api.maven.Maven;
import org.jboss.shrinkwrap.resolver.api.maven.ScopeType;
import org.jboss.shrinkwrap.resolver.api.maven.coordinate.MavenDependencies;
import org.jboss.shrinkwrap.resolver.api.maven.coordinate.MavenDependency;
import org.jboss.shrinkwrap.resolver.api.maven.coordinate.MavenDependencyExclusion;

/**
 * A program of {@code src/programs}: a directory with its sources, what is set in it, and {@code
 * libraries.txt}, the libraries that it is compiled with and runs with, and nothing else. A line
 * {@code without group:artifact} there leaves out what one of them would bring.
 *
 * @param name the directory's name
 * @param libraries their jars, in the order of a class path
 */
record Program(String name, List<Path> libraries) {
  /** The packaged jar. */
  static final Path JAR = Path.of(System.getProperty("smtpspnego.jar")).toAbsolutePath();

  private static final String WITHOUT = "without ";
  private static final Path PROGRAMS = Path.of("src", "programs");
  private static final Path BUILT = Path.of("target", "programs").toAbsolutePath();

  static Program of(String name) {
    return of(name, coordinates(name));
  }

  /** With these libraries instead of its own. */
  static Program of(String name, List<String> coordinates) {
    return new Program(name, resolve(coordinates));
  }

  /** The libraries of a program: {@code group:artifact:version}, and what they go without. */
  static List<String> coordinates(String name) {
    try (Stream<String> lines = Files.lines(PROGRAMS.resolve(name).resolve("libraries.txt"))) {
      return lines.filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The jars of libraries and of what they need, as Maven finds them. */
  private static List<Path> resolve(List<String> coordinates) {
    MavenDependencyExclusion[] exclusions =
        coordinates.stream()
            .filter(line -> line.startsWith(WITHOUT))
            .map(line -> MavenDependencies.createExclusion(line.substring(WITHOUT.length())))
            .toArray(MavenDependencyExclusion[]::new);
    MavenDependency[] dependencies =
        coordinates.stream()
            .filter(line -> !line.startsWith(WITHOUT))
            .map(
                line ->
                    MavenDependencies.createDependency(line, ScopeType.COMPILE, false, exclusions))
            .toArray(MavenDependency[]::new);
    File[] jars =
        Maven.resolver().addDependencies(dependencies).resolve().withTransitivity().asFile();
    return Arrays.stream(jars).map(File::toPath).toList();
  }

  /** The class path of the program without the jar. */
  String classPath(Path classes) {
    return path(Stream.concat(Stream.of(classes), libraries.stream()));
  }

  /**
   * Compiles the sources against the libraries and the jar.
   *
   * @param port the mail server's; it and {@code localhost} take the place of what the sources and
   *     the recipes name, {@code mail.contoso.com} and {@code 587}
   * @return the directory of the classes, and of the other files of the program
   */
  Path compile(int port) {
    return compile(port, "-cp", path(Stream.concat(libraries.stream(), Stream.of(JAR))));
  }

  /** Compiles the sources with these options of the compiler. */
  Path compile(int port, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    try (Stream<Path> files = Files.list(PROGRAMS.resolve(name))) {
      Path to = Files.createTempDirectory(Files.createDirectories(BUILT), name);
      arguments.addAll(List.of("--release", "17", "-proc:none", "-d", to.toString()));
      boolean isJava = false;
      for (Path file : files.toList()) {
        Path copy = to.resolve(file.getFileName());
        Files.writeString(copy, local(Files.readString(file), port));
        if (copy.toString().endsWith(".java")) {
          arguments.add(copy.toString());
          isJava = true;
        }
      }
      // Examples have no sources here: they run from their own.
      if (isJava) {
        compile(arguments);
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void compile(List<String> arguments) {
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, arguments.toArray(String[]::new));
    assertEquals(0, result, () -> messages.toString(StandardCharsets.UTF_8));
  }

  /** What a recipe names, as it is in the tests. */
  static String local(String recipe, int port) {
    return recipe
        .replace("mail.contoso.com", "localhost")
        .replaceAll("\\b587\\b", Integer.toString(port));
  }

  /** A class path or a module path. */
  static String path(Stream<Path> entries) {
    return entries.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
