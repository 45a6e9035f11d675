package io.github.smtpspnego.bench;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What all benchmarks play in: the KDC and the mail server in this JVM, the clients in others.
 *
 * @param kdc the KDC, behind its proxy that counts
 * @param jar the jar under test
 * @param programs the clients' own classes, in a jar: a class data archive takes no directories
 * @param quick a tenth of everything, to see that it works
 */
record Scene(Kdc kdc, Path jar, Path programs, boolean quick) {
  int times(int full) {
    return quick ? Math.max(2, full / 10) : full;
  }

  /** A server that lets alice in by SPNEGO and by raw Kerberos. */
  MailServer server(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("mail.smtp.sasl.spnego.keytab", kdc.keytab("smtp/localhost").toString());
    return MailServer.start(settings);
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** The start of a command: a JVM with what a mail program has, with the jar or without. */
  List<String> mailProgram(boolean withJar) {
    List<String> classPath = mailLibraries();
    classPath.add(programs.toString());
    if (withJar) {
      classPath.add(jar.toString());
    }
    return new ArrayList<>(
        List.of(java(), "-Xshare:auto", "-cp", String.join(File.pathSeparator, classPath)));
  }

  private static List<String> mailLibraries() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(
            entry ->
                entry.contains("angus-mail")
                    || entry.contains("angus-activation")
                    || entry.contains("jakarta."))
        .collect(Collectors.toCollection(ArrayList::new));
  }
}
