package io.github.smtpspnego.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A {@link Client} in a JVM of its own, and how its users set it up. */
final class ClientProcess implements AutoCloseable {
  /** Whose SASL client it is, and who logs in. */
  enum Kind {
    /** Nobody authenticates, and the jar is not there. */
    NO_AUTH("without AUTH"),
    /** The JDK's GSSAPI, with a JAAS file. */
    JDK("JDK"),
    /** The JDK's GSSAPI in a program that logs in once and connects as its own Subject. */
    JDK_OWN_SUBJECT("JDK, own Subject"),
    /** The jar, with its settings. */
    OURS("smtp-spnego");

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
    ClientProcess client =
        new ClientProcess(
            new ProcessBuilder(command(kind, login, scene, Client.class))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    String line = client.answer();
    if (!line.equals(Client.READY)) {
      throw new IOException("a client said " + line);
    }
    return client;
  }

  /** The command of a program whose arguments are properties of its Session. */
  static List<String> command(Kind kind, Login login, Scene scene, Class<?> program)
      throws IOException {
    List<String> command = scene.mailProgram(kind == Kind.OURS);
    command.add("-Djava.security.krb5.conf=" + scene.kdc().configuration());
    if (kind == Kind.JDK || kind == Kind.JDK_OWN_SUBJECT) {
      command.add("-Djava.security.auth.login.config=" + jaasFile(login));
      command.add("-Djavax.security.auth.useSubjectCredsOnly=" + (kind != Kind.JDK));
      command.add("-D" + Client.OWN_SUBJECT + "=" + (kind == Kind.JDK_OWN_SUBJECT));
    }
    command.add(program.getName());
    command.add("mail.smtp.localhost=localhost"); // no DNS in the measurement
    if (kind != Kind.NO_AUTH) {
      command.add("mail.smtp.auth=true");
      command.add("mail.smtp.sasl.enable=true");
      command.add("mail.smtp.sasl.mechanisms=GSSAPI");
    }
    if (kind == Kind.OURS) {
      login.settings().forEach((name, value) -> command.add(name + "=" + value));
    }
    return command;
  }

  /** What a connection took, in milliseconds. */
  record Took(double wall, double cpu) {}

  /** Has it connect, so many times altogether. */
  Took run(int port, int threads, int connections) throws IOException {
    turns.println(port + " " + threads + " " + connections);
    String[] nanos = answer().split(" ", 2);
    return new Took(
        Long.parseLong(nanos[0]) / 1e6 / connections, Long.parseLong(nanos[1]) / 1e6 / connections);
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
