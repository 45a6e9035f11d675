package io.github.smtpspnego.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A {@link Client} in a JVM of its own, and how its users set it up. */
final class ClientProcess implements AutoCloseable {
  /** Whose SASL client it is, and who logs in. */
  enum Kind {
    /** The jar, with its settings. */
    OURS("smtp-spnego"),
    /** The JDK's GSSAPI, with a JAAS file. */
    JDK("JDK"),
    /** The JDK's GSSAPI in a program that logs in once and connects as its own Subject. */
    JDK_OWN_SUBJECT("JDK, own Subject");

    final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  private final Process process;
  private final PrintStream turns;
  private final BufferedReader answers;

  private ClientProcess(Process process) {
    this.process = process;
    this.turns = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
    this.answers =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  /**
   * Starts one, and waits until it takes turns.
   *
   * @param kind whose client
   * @param login where the credentials come from
   * @param scene the KDC, and the jar under test
   */
  static ClientProcess start(Kind kind, Login login, Scene scene) throws IOException {
    List<String> command = scene.java(kind == Kind.OURS);
    command.add("-Djava.security.krb5.conf=" + scene.kdc().configuration());
    List<String> properties =
        new ArrayList<>(
            List.of(
                "mail.smtp.auth=true",
                "mail.smtp.sasl.enable=true",
                "mail.smtp.sasl.mechanisms=GSSAPI",
                "mail.smtp.localhost=localhost")); // no DNS in the measurement
    if (kind == Kind.OURS) {
      login.settings().forEach((name, value) -> properties.add(name + "=" + value));
    } else {
      command.add("-Djava.security.auth.login.config=" + jaasFile(login));
      command.add("-Djavax.security.auth.useSubjectCredsOnly=" + (kind != Kind.JDK));
      command.add("-D" + Client.OWN_SUBJECT + "=" + (kind == Kind.JDK_OWN_SUBJECT));
    }
    command.add(Client.class.getName());
    command.addAll(properties);
    ClientProcess client =
        new ClientProcess(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    String line = client.answer();
    if (!line.equals(Client.READY)) {
      throw new IOException("a client said " + line);
    }
    return client;
  }

  /** Has it connect; gives the milliseconds that each connection took. */
  double run(int port, int threads, int connections) throws IOException {
    turns.println(port + " " + threads + " " + connections);
    return Long.parseLong(answer()) / 1e6 / connections;
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("a client gave up; its error stands above");
    }
    return line;
  }

  @Override
  public void close() {
    turns.close();
    process.destroy();
  }

  private static Path jaasFile(Login login) throws IOException {
    Path file = File.createTempFile("bench-jaas", ".conf").toPath();
    file.toFile().deleteOnExit();
    StringBuilder options = new StringBuilder();
    login.jaasOptions().forEach((k, v) -> options.append(k + "=\"" + v + "\" "));
    return Files.writeString(
        file,
        "com.sun.security.jgss.initiate {"
            + " com.sun.security.auth.module.Krb5LoginModule required doNotPrompt=true "
            + options
            + "; };");
  }

  /** Where credentials come from, said to us and to the JDK. */
  record Login(String name, Map<String, String> settings, Map<String, String> jaasOptions) {
    static Login keytab(Path keytab, String principal) {
      return new Login(
          "keytab",
          Map.of(
              "mail.smtp.sasl.spnego.keytab",
              keytab.toString(),
              "mail.smtp.sasl.spnego.principal",
              principal),
          Map.of("useKeyTab", "true", "keyTab", keytab.toString(), "principal", principal));
    }

    static Login ticketCache(Path cache) {
      return new Login(
          "ticket cache",
          Map.of("mail.smtp.sasl.spnego.ticketcache", cache.toString()),
          Map.of("useTicketCache", "true", "ticketCache", cache.toString()));
    }
  }
}
