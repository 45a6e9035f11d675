package io.github.smtpspnego.bench;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import javax.net.ssl.SSLContext;

/** What the jar costs a program that has it on its class path and does not use it. */
final class StartUp {
  private static final int TURNS = 100;

  private final Scene scene;
  private final Report report;

  StartUp(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  /** A program that does nothing. */
  public static final class Nothing {
    private Nothing() {}

    /** Does it. */
    public static void main(String[] args) {}
  }

  /** A program with mail over TLS and without SASL: all that it needs to connect. */
  public static final class MailOverTls {
    private MailOverTls() {}

    /** Makes a Session, a transport and what STARTTLS takes. */
    public static void main(String[] args) throws Exception {
      Mail.main(args);
      SSLContext.getDefault();
    }
  }

  /** The same without TLS. */
  public static final class Mail {
    private Mail() {}

    /** Makes a Session and a transport. */
    public static void main(String[] args) throws MessagingException {
      Session.getInstance(new Properties()).getTransport("smtp").close();
    }
  }

  /** The same, where something has the JDK load its security providers. */
  public static final class MailAndProviders {
    private MailAndProviders() {}

    /** Loads them. */
    public static void main(String[] args) throws MessagingException {
      Mail.main(args);
      Security.getProviders();
    }
  }

  void run() throws IOException, InterruptedException {
    report.table(
        "Start of a program that does not use the jar, ms",
        "program",
        "without the jar",
        "with the jar",
        "difference");
    limited("does nothing", Nothing.class);
    limited("mail without SASL, all security providers loaded", MailAndProviders.class);
    row("mail without SASL, over TLS", MailOverTls.class);
    row("mail without SASL or TLS", Mail.class);
    report.note(
        "The first Session adds a security provider. The JDK loads all of its own before it takes"
            + " one more; TLS has it load most of them anyway.");
    report.table("Size", "", "bytes");
    report.row("the jar", String.format(Locale.ROOT, "%,d", Files.size(scene.jar())));
  }

  private void limited(String name, Class<?> program) throws IOException, InterruptedException {
    report.limit("ms at start, " + name, row(name, program), 5);
  }

  private double row(String name, Class<?> program) throws IOException, InterruptedException {
    Sample without = new Sample();
    Sample with = new Sample();
    for (int turn = 0; turn < scene.times(TURNS) + 1; turn++) {
      double first = millis(program, false);
      double second = millis(program, true);
      if (turn > 0) { // the first reads the files from disk
        without.add(first);
        with.add(second);
      }
    }
    Sample difference = with.minus(without);
    report.row(name, without.show(1), with.show(1), difference.show(1));
    return difference.median();
  }

  private double millis(Class<?> program, boolean withJar)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(scene.java(withJar));
    command.add(program.getName());
    long start = System.nanoTime();
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    double millis = (System.nanoTime() - start) / 1e6;
    if (status != 0) {
      throw new IOException(program + " ended with " + status);
    }
    return millis;
  }
}
