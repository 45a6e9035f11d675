package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Greeting, EHLO, STARTTLS with the certificate's names, and what AUTH offers before and after. */
final class SmtpStep implements Step {
  @Override
  public String id() {
    return "smtp";
  }

  @Override
  public String title() {
    return "Mail server";
  }

  @Override
  public void look(Examination examination, Findings findings) throws IOException {
    MailSettings settings = examination.settings();
    SmtpConnection connection;
    try {
      connection = SmtpConnection.open(settings);
    } catch (IOException e) {
      findings.fail(
          Reason.SERVER_TROUBLE,
          "No connection to " + settings.server() + ": " + e.getMessage() + ".",
          "Check the host and port, the firewall, and that the server runs.");
      return;
    }
    examination.connected(connection);
    boolean isTrusted = !settings.isSmtps() || startTls(connection, findings);
    SmtpReply greeting = connection.reply();
    if (greeting.code() != SmtpReply.READY) {
      findings.fail(
          Reason.SERVER_TROUBLE,
          "The greeting is " + greeting + ".",
          "The server takes nobody, or not from here; its log says why.");
      return;
    }
    findings.ok("The greeting is " + greeting + ".");
    if (!hello(connection, findings)) {
      return;
    }
    List<String> beforeTls = connection.mechanisms();
    boolean isOffered = connection.extension("STARTTLS").isPresent();
    if (isOffered && !settings.isSwitchedOff("starttls.enable")) {
      SmtpReply ready = connection.command("STARTTLS");
      if (ready.code() != SmtpReply.READY) {
        findings.fail(
            Reason.SERVER_TROUBLE,
            "STARTTLS is answered with " + ready + ".",
            "The server's log says why; often it has no certificate.");
        return;
      }
      isTrusted = startTls(connection, findings) && hello(connection, findings);
    } else if (settings.isTrue("starttls.required") && !connection.isTls()) {
      findings.fail(
          Reason.TLS_REQUIRED,
          "STARTTLS is demanded by the settings and "
              + (isOffered ? "switched off by starttls.enable." : "not offered by the server."),
          "Set mail.smtp.starttls.enable=true, try another port (587), or smtps on port 465.");
      return;
    }
    if (isTrusted) {
      choose(examination, connection, beforeTls, findings);
    }
  }

  /** Says EHLO; says whether it is answered well. */
  private static boolean hello(SmtpConnection connection, Findings findings) throws IOException {
    SmtpReply reply = connection.hello();
    String when = connection.isTls() ? "under TLS" : "without TLS";
    if (reply.code() != SmtpReply.DONE) {
      findings.fail(
          Reason.SERVER_TROUBLE,
          "EHLO " + when + " is answered with " + reply + ".",
          "The server does not speak ESMTP here, or takes no mail from this machine.");
      return false;
    }
    List<String> mechanisms = connection.mechanisms();
    findings.ok(
        "AUTH "
            + when
            + " offers "
            + (mechanisms.isEmpty() ? "nothing" : String.join(" ", mechanisms))
            + (connection.extension("STARTTLS").isPresent() ? "; STARTTLS is offered." : "."));
    return true;
  }

  /** Goes over to TLS; says whether the certificate allows to go on. */
  private static boolean startTls(SmtpConnection connection, Findings findings) throws IOException {
    ServerCertificate certificate;
    try {
      certificate = connection.startTls();
    } catch (IOException e) {
      findings.fail(
          Reason.TLS_REQUIRED,
          "TLS does not come about: " + e.getMessage() + ".",
          "smtps is for port 465, STARTTLS for 25 and 587; else compare the TLS versions.");
      return false;
    }
    Optional<String> problem = certificate.problem();
    if (problem.isPresent()) {
      findings.fail(
          Reason.TLS_REQUIRED,
          "The certificate is "
              + certificate.describe()
              + ", and not trusted: "
              + problem.get()
              + ".",
          "Connect by one of its names, and put its issuer into the JVM's trust store (keytool"
              + " -importcert).");
    } else if (certificate.isTrustedAnyway()) {
      findings.warn(
          Reason.TLS_REQUIRED,
          "The certificate is " + certificate.describe() + ", and by ssl.trust it is not checked.",
          "Put its issuer into the JVM's trust store and remove ssl.trust.");
    } else {
      findings.ok("The certificate is " + certificate.describe() + ", and trusted.");
    }
    return problem.isEmpty();
  }

  private static void choose(
      Examination examination,
      SmtpConnection connection,
      List<String> beforeTls,
      Findings findings) {
    MailSettings settings = examination.settings();
    Optional<String> mechanism =
        settings.mechanisms().stream().filter(connection.mechanisms()::contains).findFirst();
    if (mechanism.isEmpty()) {
      boolean lacksTls = connection.extension("STARTTLS").isPresent();
      Reason reason = lacksTls ? Reason.TLS_REQUIRED : Reason.NOT_OFFERED;
      findings.fail(
          reason,
          String.join(" and ", settings.mechanisms())
              + " is not offered"
              + (lacksTls ? " before TLS, and mail.smtp.starttls.enable=false." : "."),
          reason.remedy());
      return;
    }
    examination.mechanismOffered(mechanism.get());
    boolean isSet = settings.isSmtps() || settings.isTrue("starttls.enable");
    if (connection.isTls() && !isSet && settings.isOfProgram()) {
      String name = "mail." + settings.protocol() + ".starttls.enable";
      findings.warn(
          Reason.TLS_REQUIRED,
          name
              + " is not set: without it a program stays without TLS"
              + (beforeTls.contains(mechanism.get()) ? "." : " and is not offered GSSAPI."),
          "See that the program sets it to true, and starttls.required too.");
    }
  }
}
