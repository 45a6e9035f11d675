package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where SPNEGO is not configured, the transport does and throws what Angus Mail's own does. */
class InertTransportIT {
  private static final Script SUCCESS =
      smtp -> {
        if (smtp.command().equals("AUTH LOGIN")) {
          smtp.reply("334 VXNlcm5hbWU6");
          smtp.read();
          smtp.reply("334 UGFzc3dvcmQ6");
          smtp.read();
        }
        smtp.reply("235 2.7.0 Welcome");
      };

  /** The JDK reads its Kerberos configuration once; the next test class wants this one. */
  @BeforeAll
  static void configureKerberos() {
    Kdc.shared();
  }

  /**
   * The same program and the same server for both transports.
   *
   * @param name what it is about
   * @param protocol smtp or smtps
   * @param program the program, made anew for each
   * @param server the server, made anew for each
   * @param password the password; null for none
   * @param sameDialogue whether not only the outcome must be the same
   */
  private record Scenario(
      String name,
      String protocol,
      Supplier<Program> program,
      Supplier<ScriptedSmtpServer.Builder> server,
      @Nullable String password,
      boolean sameDialogue) {
    Scenario(
        String name,
        Supplier<Program> program,
        Supplier<ScriptedSmtpServer.Builder> server,
        @Nullable String password) {
      this(name, "smtp", program, server, password, true);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static ScriptedSmtpServer.Builder offering(String mechanisms, Script auth) {
    return ScriptedSmtpServer.builder().extensions("AUTH " + mechanisms).auth(auth);
  }

  private static Program sasl() {
    return Program.plain().set("auth", "true").set("sasl.enable", "true");
  }

  private static Program authenticating() {
    return Program.plain().set("auth", "true");
  }

  static Stream<Scenario> scenarios() {
    return Stream.of(
        new Scenario("no authentication", Program::plain, ScriptedSmtpServer::builder, null),
        new Scenario(
            "a password that is not needed", Program::plain, ScriptedSmtpServer::builder, "p"),
        new Scenario(
            "LOGIN", InertTransportIT::authenticating, () -> offering("LOGIN PLAIN", SUCCESS), "p"),
        new Scenario(
            "PLAIN refused",
            InertTransportIT::authenticating,
            () -> offering("PLAIN", AuthScripts.answering("535 5.7.8 No")),
            "p"),
        new Scenario(
            "a mechanism that nobody knows",
            InertTransportIT::authenticating,
            () -> offering("X-OWN", SUCCESS),
            "p"),
        new Scenario(
            "GSSAPI offered, SASL off",
            InertTransportIT::authenticating,
            () -> offering("GSSAPI PLAIN", SUCCESS),
            "p"),
        new Scenario(
            "no password",
            InertTransportIT::authenticating,
            () -> offering("PLAIN", SUCCESS),
            null),
        new Scenario(
            "an Authenticator's password",
            () -> authenticating().authenticator("alice", "p"),
            () -> offering("PLAIN", SUCCESS),
            null),
        new Scenario(
            "SASL with PLAIN configured",
            () -> sasl().set("sasl.mechanisms", "PLAIN"),
            () -> offering("GSSAPI PLAIN", SUCCESS),
            "p"),
        new Scenario(
            "SASL with PLAIN configured and refused",
            () -> sasl().set("sasl.mechanisms", "PLAIN"),
            () -> offering("PLAIN", AuthScripts.answering("535 5.7.8 No")),
            "p"),
        new Scenario(
            "SASL with PLAIN configured and not offered",
            () -> sasl().set("sasl.mechanisms", "PLAIN"),
            () -> offering("LOGIN", SUCCESS),
            "p"),
        new Scenario(
            "SASL with anything, no GSSAPI offered",
            InertTransportIT::sasl,
            () -> offering("PLAIN LOGIN", SUCCESS),
            "p"),
        new Scenario(
            "SASL with anything, only LOGIN offered",
            InertTransportIT::sasl,
            () -> offering("LOGIN", SUCCESS),
            "p"),
        new Scenario(
            "SASL with anything, no AUTH offered",
            InertTransportIT::sasl,
            ScriptedSmtpServer::builder,
            "p"),
        new Scenario(
            "SASL with anything, not asked to authenticate, no password",
            () -> Program.plain().set("sasl.enable", "true"),
            () -> offering("GSSAPI PLAIN", SUCCESS),
            null),
        // Only after EHLO is it known that a password was needed.
        new Scenario(
            "SASL with anything, no password",
            "smtp",
            InertTransportIT::sasl,
            () -> offering("PLAIN", SUCCESS),
            null,
            false),
        new Scenario(
            "SASL with anything, no password, no AUTH offered",
            "smtp",
            InertTransportIT::sasl,
            ScriptedSmtpServer::builder,
            null,
            false),
        new Scenario(
            "GSSAPI configured, told not to authenticate",
            () -> Program.withGssapi().set("auth", "false"),
            () -> offering("GSSAPI", SUCCESS),
            null),
        new Scenario(
            "GSSAPI configured, switched off here",
            () -> Program.withGssapi().set("sasl.spnego.enable", "false"),
            () -> offering("GSSAPI LOGIN", SUCCESS),
            "p"),
        new Scenario(
            "GSSAPI configured, switched off here, no password",
            () -> Program.withGssapi().set("sasl.spnego.enable", "false"),
            () -> offering("GSSAPI", SUCCESS),
            null),
        new Scenario(
            "GSSAPI configured, for other hosts",
            () -> Program.withGssapi().set("sasl.spnego.hosts", "*.contoso.com"),
            () -> offering("GSSAPI LOGIN", SUCCESS),
            "p"),
        new Scenario(
            "a bad greeting",
            Program::plain,
            () -> ScriptedSmtpServer.builder().greeting(smtp -> smtp.reply("554 5.3.2 Busy")),
            null),
        new Scenario(
            "no greeting",
            Program::withGssapi,
            () -> ScriptedSmtpServer.builder().greeting(ScriptedSmtpServer.Dialogue::hangUp),
            "p"),
        new Scenario(
            "a silent server",
            () -> Program.withGssapi().set("timeout", "200"),
            () -> ScriptedSmtpServer.builder().greeting(ScriptedSmtpServer.Dialogue::keepSilent),
            "p"),
        new Scenario(
            "EHLO refused",
            Program::plain,
            () ->
                ScriptedSmtpServer.builder()
                    .on("EHLO", smtp -> smtp.reply("502 5.5.1 Not implemented")),
            null),
        new Scenario(
            "STARTTLS required and not offered",
            () -> Program.withGssapi().set("starttls.required", "true"),
            () -> offering("GSSAPI", SUCCESS),
            "p"),
        new Scenario(
            "STARTTLS refused",
            () -> Program.withGssapi().set("starttls.enable", "true"),
            () ->
                ScriptedSmtpServer.builder()
                    .extensions("STARTTLS", "AUTH GSSAPI")
                    .on("STARTTLS", smtp -> smtp.reply("454 4.7.0 TLS not available")),
            "p"),
        new Scenario(
            "a recipient refused",
            Program::plain,
            () -> ScriptedSmtpServer.builder().on("RCPT", smtp -> smtp.reply("550 5.1.1 Unknown")),
            null),
        new Scenario(
            "hung up at MAIL",
            Program::plain,
            () -> ScriptedSmtpServer.builder().on("MAIL", ScriptedSmtpServer.Dialogue::hangUp),
            null),
        new Scenario(
            "smtps",
            "smtps",
            () -> Program.plain("smtps").set("auth", "true"),
            () -> offering("LOGIN", SUCCESS).implicitTls(),
            "p",
            true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void theSameAsAngusMail(Scenario scenario) {
    List<String> ofAngus = run(scenario, true);
    List<String> ours = run(scenario, false);
    assertEquals(ofAngus, ours);
  }

  /** The dialogue, if it matters, then the outcome. */
  private static List<String> run(Scenario scenario, boolean byAngus) {
    Program program = scenario.program().get();
    if (byAngus) {
      program.set("class", scenario.protocol().equals("smtps") ? Program.ANGUS_SSL : Program.ANGUS);
    }
    List<String> seen = new ArrayList<>();
    String outcome = "no exception";
    try (ScriptedSmtpServer server = scenario.server().get().start()) {
      try {
        program.send(server, "alice", scenario.password());
      } catch (Exception e) {
        outcome = describe(e).replace(Integer.toString(server.port()), "PORT");
      }
      if (scenario.sameDialogue()) {
        server.transcript().stream()
            .filter(line -> !line.contains("Message-ID"))
            .forEach(seen::add);
      }
      seen.add("mails: " + server.mails().size());
    }
    seen.add(outcome);
    return seen;
  }

  private static String describe(@Nullable Throwable e) {
    return e == null
        ? ""
        : e.getClass().getName() + ": " + e.getMessage() + " <- " + describe(e.getCause());
  }
}
