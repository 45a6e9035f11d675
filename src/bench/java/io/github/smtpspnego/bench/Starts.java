package io.github.smtpspnego.bench;

import io.github.smtpspnego.bench.ClientProcess.Kind;
import io.github.smtpspnego.bench.ClientProcess.Login;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.BinaryOperator;
import javax.net.ssl.SSLContext;

/**
 * Whole processes, in turns: the first mail of a new JVM beside the JDK's own client, and a program
 * that has the jar on its class path and does not use it beside the same program without the jar.
 */
final class Starts {
  private static final int MAILS = 40;
  private static final int STARTS = 60;
  private static final String TRANSPORT_ONLY = "-Dsmtp.spnego.autoregister=transport";

  private final Scene scene;
  private final Report report;

  Starts(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  /** Sends a mail. Its arguments are the server's port and properties of the Session. */
  public static final class FirstMail {
    private FirstMail() {}

    /** Sends it. */
    public static void main(String[] args) throws Exception {
      Session session = Client.session(args);
      MimeMessage message = new MimeMessage(session);
      message.setFrom("alice@example.test");
      message.setRecipients(RecipientType.TO, "bob@example.test");
      message.setText("The first one.");
      try (Transport transport = session.getTransport("smtp")) {
        transport.connect("", "");
        transport.sendMessage(message, message.getAllRecipients());
      }
      done();
    }
  }

  /** A program that does nothing. */
  public static final class Nothing {
    private Nothing() {}

    /** Does it. */
    public static void main(String[] args) throws IOException {
      done();
    }
  }

  /**
   * A program with mail and without SASL: makes a Session, a transport, and what it is told to make
   * besides.
   */
  public static final class Mail {
    static final String TLS = "tls";
    static final String PROVIDERS = "providers";

    private Mail() {}

    /** Makes them. */
    public static void main(String[] args) throws Exception {
      Session.getInstance(new Properties()).getTransport("smtp").close();
      if (args.length > 0 && args[0].equals(TLS)) {
        SSLContext.getDefault();
      }
      if (args.length > 0 && args[0].equals(PROVIDERS)) {
        Security.getProviders();
      }
      done();
    }
  }

  /** Tells that all is done, and waits to be looked at: the CPU time of who ended is not known. */
  private static void done() throws IOException {
    System.out.println(Client.READY);
    System.in.read();
  }

  void run() throws IOException, InterruptedException {
    firstMails();
    programs();
    report.table("Size", "", "bytes");
    report.row("the jar", String.format(Locale.ROOT, "%,d", Files.size(scene.jar())));
  }

  private void firstMails() throws IOException, InterruptedException {
    report.table(
        "First mail of a new JVM, ms", "login", "", Kind.JDK.label, Kind.OURS.label, "to the JDK");
    Login keytab = Login.keytab(scene.kdc().keytab("alice"), Kdc.full("alice"));
    Login cache = Login.ticketCache(scene.kdc().ticketCache("alice", Kdc.PASSWORD));
    try (MailServer server = scene.server(Map.of())) {
      for (Login login : List.of(keytab, cache)) {
        Sample[] ratios =
            compare(
                login.name(),
                MAILS,
                firstMail(Kind.JDK, login, server.port()),
                firstMail(Kind.OURS, login, server.port()),
                (jdk, ours) -> ours.dividedBy(jdk));
        report.limit("first mail, " + login.name() + ": time to the JDK's", ratios[0], 1);
        report.limit("first mail, " + login.name() + ": CPU to the JDK's", ratios[1], 1);
      }
      List<String> transportOnly = firstMail(Kind.OURS, keytab, server.port());
      transportOnly.add(1, TRANSPORT_ONLY);
      Sample[] ratios =
          compare(
              keytab.name() + ", " + TRANSPORT_ONLY,
              MAILS,
              firstMail(Kind.JDK, keytab, server.port()),
              transportOnly,
              (jdk, ours) -> ours.dividedBy(jdk));
      report.limit("first mail, " + TRANSPORT_ONLY + ": time to the JDK's", ratios[0], 1);
      compare(
          keytab.name() + ", class data archive",
          MAILS,
          withArchive("jdk", firstMail(Kind.JDK, keytab, server.port())),
          withArchive("ours", firstMail(Kind.OURS, keytab, server.port())),
          (jdk, ours) -> ours.dividedBy(jdk));
    }
  }

  private List<String> firstMail(Kind kind, Login login, int port) throws IOException {
    List<String> command = ClientProcess.command(kind, login, scene, FirstMail.class);
    command.addAll(List.of("mail.smtp.host=localhost", "mail.smtp.port=" + port));
    return command;
  }

  /** A program whose JVM reads its classes from an archive, which the first run writes. */
  private List<String> withArchive(String name, List<String> program)
      throws IOException, InterruptedException {
    Path archive = scene.programs().resolveSibling(name + ".jsa");
    List<String> first = new ArrayList<>(program);
    first.addAll(1, List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:disable"));
    time(first);
    List<String> later = new ArrayList<>(program);
    later.addAll(1, List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable"));
    return later;
  }

  private void programs() throws IOException, InterruptedException {
    report.table(
        "Start of a program that does not use the jar, ms",
        "program",
        "",
        "without the jar",
        "with the jar",
        "difference");
    program("does nothing", true, List.of(), Nothing.class);
    program("mail, all security providers loaded", true, List.of(), Mail.class, Mail.PROVIDERS);
    program("mail over TLS", false, List.of(), Mail.class, Mail.TLS);
    program("mail", false, List.of(), Mail.class);
    program("mail, " + TRANSPORT_ONLY, true, List.of(TRANSPORT_ONLY), Mail.class);
    report.note(
        "The first Session adds a security provider. The JDK loads all of its own before it takes"
            + " one more; TLS has it load most of them anyway.");
  }

  private void program(
      String name, boolean isPromised, List<String> options, Class<?> main, String... args)
      throws IOException, InterruptedException {
    List<String> without = scene.mailProgram(false);
    List<String> with = scene.mailProgram(true);
    for (List<String> command : List.of(without, with)) {
      command.addAll(options);
      command.add(main.getName());
      command.addAll(List.of(args));
    }
    Sample[] later = compare(name, STARTS, without, with, (first, second) -> second.minus(first));
    if (isPromised) {
      report.limit("ms that a program starts later, " + name, later[0], 5);
    }
  }

  /** Runs two programs in turns; compares what they took by the clock, and of all CPUs. */
  private Sample[] compare(
      String name,
      int turns,
      List<String> first,
      List<String> second,
      BinaryOperator<Sample> comparison)
      throws IOException, InterruptedException {
    Sample[] ofFirst = {new Sample(), new Sample()};
    Sample[] ofSecond = {new Sample(), new Sample()};
    time(first); // the first ones read the files from disk
    time(second);
    for (int turn = 0; turn < scene.times(turns); turn++) {
      double[] a = time(first);
      double[] b = time(second);
      for (int i = 0; i < a.length; i++) {
        ofFirst[i].add(a[i]);
        ofSecond[i].add(b[i]);
      }
    }
    Sample[] compared = new Sample[2];
    for (int i = 0; i < compared.length; i++) {
      compared[i] = comparison.apply(ofFirst[i], ofSecond[i]);
      report.row(
          name,
          i == 0 ? "by the clock" : "CPU of the process",
          ofFirst[i].show(0),
          ofSecond[i].show(0),
          compared[i].show(2));
    }
    return compared;
  }

  private static double[] time(List<String> command) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    boolean isDone = Client.READY.equals(process.inputReader().readLine());
    long wall = System.nanoTime() - start;
    long cpu = process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    process.getOutputStream().close();
    if (!isDone || process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
    return new double[] {wall / 1e6, cpu / 1e6};
  }
}
