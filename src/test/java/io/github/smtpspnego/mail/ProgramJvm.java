package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.support.ChildJvm;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/**
 * A program in a JVM of its own, for what is set for a whole JVM: system properties, and the names
 * of hosts. It sends one mail, without user and password.
 */
public final class ProgramJvm {
  private final List<String> options = new ArrayList<>();
  private final List<String> properties = new ArrayList<>();

  private ProgramJvm() {}

  /** With the KDC's configuration, and nothing else. */
  static ProgramJvm with(Kdc kdc) {
    ProgramJvm program =
        new ProgramJvm().system("java.security.krb5.conf", "" + kdc.configuration());
    return program
        .set("mail.smtp.localhost", "test")
        .set("mail.from", "alice@example.test")
        .set("mail.smtp.timeout", "10000");
  }

  /** Sets a system property of the JVM. */
  ProgramJvm system(String name, String value) {
    options.add("-D" + name + "=" + value);
    return this;
  }

  /** Sets a property of the Session. */
  ProgramJvm set(String name, String value) {
    properties.add(name + "=" + value);
    return this;
  }

  /**
   * What became of the mail.
   *
   * @param reason {@code sent}, the name of the reason why not, or what else was thrown
   * @param message the message of the exception, if there was one
   */
  record Outcome(String reason, String message) {}

  /** Runs the program. */
  Outcome send(String host, ScriptedSmtpServer server) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ProgramJvm.class.getName());
    command.add("mail.smtp.host=" + host);
    command.add("mail.smtp.port=" + server.port());
    command.addAll(properties);
    Process process =
        ChildJvm.limited(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    String[] parts = output.split("\t", 2);
    return new Outcome(parts[0], parts[1]);
  }

  /** The program. */
  public static void main(String[] arguments) {
    Properties properties = new Properties();
    Arrays.stream(arguments)
        .map(argument -> argument.split("=", 2))
        .forEach(pair -> properties.setProperty(pair[0], pair[1]));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      send(Session.getInstance(properties));
      out.print("sent\t");
    } catch (MessagingException e) {
      String reason =
          e.getCause() instanceof SpnegoException cause ? cause.reason().name() : e.toString();
      out.print(reason + "\t" + e.getMessage());
    }
  }

  private static void send(Session session) throws MessagingException {
    MimeMessage message = new MimeMessage(session);
    message.setFrom("alice@example.test");
    message.setRecipients(Message.RecipientType.TO, "bob@example.test");
    message.setText("From another JVM.");
    Transport.send(message);
  }
}
