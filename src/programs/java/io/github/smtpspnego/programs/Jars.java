package io.github.smtpspnego.programs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Packages what was compiled. */
final class Jars {
  private Jars() {}

  /**
   * Writes a jar.
   *
   * @param jar the file
   * @param headers lines of its manifest
   * @param classes the directory that is packaged
   */
  static Path write(Path jar, String headers, Path classes) throws IOException {
    byte[] manifest = ("Manifest-Version: 1.0\n" + headers).getBytes(StandardCharsets.UTF_8);
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out =
            new JarOutputStream(file, new Manifest(new ByteArrayInputStream(manifest)));
        Stream<Path> found = Files.walk(classes)) {
      for (Path entry : found.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(entry).toString().replace('\\', '/')));
        Files.copy(entry, out);
      }
    }
    return jar;
  }
}
