package io.github.smtpspnego.doctor;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Checks step by step everything that sending mail with Kerberos depends on.
 *
 * <p>It reads the settings of a mail program, the system properties {@code mail.*}, and runs on
 * that program's class path or from its own jar. Mail is sent only on request, and no secret is
 * shown.
 */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    customSynopsis = {
      "Usage: java -jar smtp-spnego-doctor.jar [options]",
      "       java -jar smtp-spnego-doctor.jar --server --keytab FILE [--host NAME] [options]"
    },
    synopsisHeading = "",
    versionProvider = Doctor.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "",
      "Looks at everything that sending mail with Kerberos (SMTP AUTH GSSAPI by SPNEGO) depends"
          + " on, step by step, and says what to do about what is wrong. It authenticates to the"
          + " mail server, but sends no mail unless asked to.",
      "",
      "The settings are those of the mail program: its system properties mail.*, given with -D"
          + " before the class or -jar. The options below come before them.",
      "",
      "With --server it looks at a mail server's keytab instead: what it holds, what the KDC has"
          + " for it, and which clients' tickets would be let in.",
      ""
    },
    optionListHeading = "Options:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Everything is in order, or only to be looked at.",
      "1:Something failed.",
      "2:The command line is wrong."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "The user's own ticket:",
      "  java -jar smtp-spnego-doctor.jar --host mail.contoso.com --port 587",
      "A service account:",
      "  java -jar smtp-spnego-doctor.jar --host mail.contoso.com --port 587 \\",
      "      --keytab /etc/mail.keytab --principal svc-mail@CONTOSO.COM",
      "A program's own class path and settings:",
      "  java -cp 'app/libs/*:smtp-spnego-doctor.jar' \\",
      "      -Dmail.smtp.host=mail.contoso.com -Dmail.smtp.port=587 \\",
      "      io.github.smtpspnego.doctor.Doctor",
      "One test mail at the end:",
      "  java -jar smtp-spnego-doctor.jar --host mail.contoso.com --port 587 \\",
      "      --send alice@contoso.com bob@contoso.com",
      "The keytab of a mail server:",
      "  java -jar smtp-spnego-doctor.jar --server --keytab /etc/krb5.keytab --host mail.contoso.com"
    })
public final class Doctor implements Callable<Integer> {
  /** Referenced here, because a logger without references loses its level. */
  private static final Logger LOGGER = Logger.getLogger("io.github.smtpspnego");

  private static final String PASSWORD_VARIABLE = "MAIL_PASSWORD";

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--server",
      description = "Look at the keytab of a mail server, which --keytab names.")
  private boolean server;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description =
          "The mail server (mail.smtp.host); with --server the name that clients connect to (else"
              + " this machine's).")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Its port (mail.smtp.port; else 25, for smtps 465).")
  private @Nullable Integer port;

  @Option(
      names = "--protocol",
      paramLabel = "smtp|smtps",
      description = "smtps is TLS from the first octet on (mail.transport.protocol; else smtp).")
  private @Nullable String protocol;

  @Option(
      names = "--starttls",
      description = "Demand STARTTLS (mail.smtp.starttls.enable and .required).")
  private boolean starttls;

  @Option(
      names = "--keytab",
      paramLabel = "FILE",
      description = "Log in from this keytab (mail.smtp.sasl.spnego.keytab).")
  private @Nullable String keytab;

  @Option(
      names = "--principal",
      paramLabel = "NAME@REALM",
      description = "Log in as this principal (mail.smtp.sasl.spnego.principal).")
  private @Nullable String principal;

  @Option(
      names = "--ticketcache",
      paramLabel = "FILE",
      description = "Take the ticket from this cache (mail.smtp.sasl.spnego.ticketcache).")
  private @Nullable String ticketCache;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "The mail user; with a password from --password or the environment variable "
              + PASSWORD_VARIABLE
              + " it is who logs in.")
  private String user = "";

  @Option(
      names = "--password",
      description = "Ask for the password on the console. It is sent to no server.")
  private boolean asksPassword;

  /** From the environment. */
  private char @Nullable [] password;

  @Option(
      names = "--service",
      paramLabel = "CLASS",
      description =
          "Service class of the target name, SMTPSVC say (mail.smtp.sasl.spnego.service).")
  private @Nullable String service;

  @Option(
      names = "--spn",
      paramLabel = "NAME",
      description = "The whole target name (mail.smtp.sasl.spnego.spn).")
  private @Nullable String spn;

  @Option(
      names = {"-P", "--property"},
      paramLabel = "NAME=VALUE",
      description = "Any other property of the mail program, as with -D. May be repeated.")
  private Map<String, String> properties = new LinkedHashMap<>();

  @Option(
      names = "--send",
      arity = "2",
      paramLabel = "FROM TO",
      hideParamSyntax = true,
      description = "Send one test mail at the end, if nothing failed.")
  private List<String> send = new ArrayList<>();

  @Option(names = "--json", description = "Write the report in JSON.")
  private boolean json;

  private Doctor() {}

  /**
   * The command.
   *
   * @param arguments its options
   */
  public static void main(String[] arguments) {
    if (System.getProperty("java.util.logging.config.file") == null) {
      LOGGER.setLevel(Level.OFF); // the report contains the same messages
    }
    System.exit(command(System.getenv()).execute(arguments));
  }

  /** The command, which may take the password from the environment. */
  static CommandLine command(Map<String, String> environment) {
    Doctor doctor = new Doctor();
    String fromEnvironment = environment.get(PASSWORD_VARIABLE);
    if (fromEnvironment != null) {
      doctor.password = fromEnvironment.toCharArray();
    }
    return new CommandLine(doctor)
        .setParameterExceptionHandler(
            (wrong, arguments) -> {
              PrintWriter err = wrong.getCommandLine().getErr();
              err.println(wrong.getMessage() + " Try --help.");
              return wrong.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
            });
  }

  @Override
  public Integer call() {
    MailSettings settings = settings();
    TextReport text = new TextReport(commandLine().getOut(), commandLine().getColorScheme().ansi());
    Examination.Listener listener = json ? Examination.Listener.NONE : text;
    Report report;
    if (server) {
      ServerKeys keys = serverKeys();
      String subject = "the keytab " + keys.file() + " and " + keys.host();
      report = new Examination(settings).run(subject, Steps.ofServer(keys), listener);
    } else {
      report = new Examination(settings).run(settings.server(), Steps.ofClient(send), listener);
    }
    if (json) {
      text.out().print(report.json());
      text.out().flush();
    } else {
      text.sum(report);
    }
    return report.hasFailed() ? 1 : 0;
  }

  private MailSettings settings() {
    String chosen =
        protocol == null ? System.getProperty("mail.transport.protocol", "smtp") : protocol;
    if (!List.of("smtp", "smtps").contains(chosen)) {
      throw wrong("The protocol is '" + chosen + "'; it must be smtp or smtps.");
    }
    MailSettings settings = new MailSettings(chosen, user);
    properties.forEach(settings::setWhole);
    set(settings, "host", host);
    set(settings, "port", port == null ? null : port.toString());
    set(settings, "sasl.spnego.keytab", server ? "" : keytab); // a client has another one
    set(settings, "sasl.spnego.principal", principal);
    set(settings, "sasl.spnego.ticketcache", ticketCache);
    set(settings, "sasl.spnego.service", service);
    set(settings, "sasl.spnego.spn", spn);
    if (starttls) {
      settings.set("starttls.enable", "true");
      settings.set("starttls.required", "true");
    }
    setPassword(settings);
    if (server) {
      return settings;
    }
    if (settings.host().isEmpty()) {
      throw wrong("No mail server: give --host, or -Dmail." + chosen + ".host=.");
    }
    checkPort(settings);
    return settings;
  }

  @SuppressWarnings(
      "SystemConsoleNull") // from JDK 22 on there is always a console, which reads standard input
  private static char @Nullable [] typedPassword() {
    java.io.Console console = System.console();
    return console == null ? null : console.readPassword("Password: ");
  }

  private void setPassword(MailSettings settings) {
    if (asksPassword && settings.user().isEmpty()) {
      throw wrong("--password needs --user: it is that user's password.");
    }
    char[] secret = asksPassword ? typedPassword() : password;
    if (secret != null) {
      settings.password(secret);
    } else if (asksPassword) {
      throw wrong("There is no console to type a password on; set " + PASSWORD_VARIABLE + ".");
    }
  }

  private ServerKeys serverKeys() {
    if (keytab == null) {
      throw wrong("--server needs --keytab: the mail server's.");
    }
    try {
      String name = host == null ? InetAddress.getLocalHost().getCanonicalHostName() : host;
      return new ServerKeys(Path.of(keytab), name, service == null ? "" : service);
    } catch (UnknownHostException e) {
      throw wrong("This machine does not know its own name; give --host.");
    }
  }

  private void checkPort(MailSettings settings) {
    try {
      int number = settings.port();
      if (number > 0 && number <= 65535) {
        return;
      }
    } catch (NumberFormatException e) {
      // reported below, like a number out of range
    }
    throw wrong("The port is '" + settings.text("port").orElse("") + "'; it must be 1 to 65535.");
  }

  private static void set(MailSettings settings, String name, @Nullable String value) {
    if (value != null) {
      settings.set(name, value);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(commandLine(), message);
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("picocli sets it before the call");
    }
    return spec.commandLine();
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Doctor.class.getPackage().getImplementationVersion();
      return new String[] {
        String.format(Locale.ROOT, "smtp-spnego doctor %s", version == null ? "(built)" : version),
        "Java ${java.version} (${java.vendor})"
      };
    }
  }
}
