package io.github.smtpspnego.kerberos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one {@code krb5.conf}. The JDK follows {@code include} and {@code includedir} only
 * before the first section of a file, and ignores other directives there. If it cannot read one of
 * the files, it refuses them all.
 */
final class Krb5Files {
  private static final Pattern PLAIN_NAME = Pattern.compile("[a-zA-Z0-9_-]+");
  private static final String INCLUDE = "include ";
  private static final String INCLUDE_DIRECTORY = "includedir ";

  private final Set<Path> files = new LinkedHashSet<>();

  /** The files that were read, in that order. */
  String names() {
    String list = files.toString(); // in brackets
    return list.substring(1, list.length() - 1);
  }

  /**
   * Reads a file and what it includes.
   *
   * @return the lines of their sections, in order
   * @throws IOException if the JDK would refuse the configuration; the message says why
   */
  List<String> read(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    read(file.toAbsolutePath(), lines);
    return lines;
  }

  private void read(Path file, List<String> lines) throws IOException {
    if (!file.isAbsolute()) {
      throw new IOException("the included path " + file + " is not absolute");
    }
    if (!files.add(file)) {
      throw new IOException(file + " is included more than once");
    }
    boolean isInSection = false;
    for (String line : linesOf(file)) {
      String text = line.strip();
      isInSection |= text.startsWith("[");
      if (isInSection) {
        lines.add(text);
      } else if (text.startsWith(INCLUDE_DIRECTORY)) {
        for (Path included : filesOf(Path.of(argument(text, INCLUDE_DIRECTORY)))) {
          read(included, lines);
        }
      } else if (text.startsWith(INCLUDE)) {
        read(Path.of(argument(text, INCLUDE)), lines);
      }
    }
  }

  private static String argument(String line, String directive) {
    return line.substring(directive.length()).strip();
  }

  private static List<String> linesOf(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) { // a pipe may never end
      throw new IOException(file + " is not a regular file");
    }
    try {
      return Files.readAllLines(file); // as UTF-8, as the JDK does
    } catch (IOException e) {
      throw new IOException(file + " cannot be read (" + e + ")", e);
    }
  }

  /** The files of a directory whose names the JDK accepts, in alphabetical order. */
  private static List<Path> filesOf(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> !Files.isDirectory(path) && isAccepted(path)).sorted().toList();
    } catch (IOException e) {
      throw new IOException("the directory " + directory + " cannot be read (" + e + ")", e);
    }
  }

  private static boolean isAccepted(Path path) {
    String name = String.valueOf(path.getFileName());
    return PLAIN_NAME.matcher(name).matches() || (!name.startsWith(".") && name.endsWith(".conf"));
  }
}
