package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.mail.SpnegoSMTPTransport;
import jakarta.mail.MessagingException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Reports the greeting, EHLO, STARTTLS with the certificate, and what AUTH offers before and after
 * TLS, on a connection of the mail transport without authentication.
 */
final class SmtpStep implements Step {
  @Override
  public void look(Examination examination, Findings findings) {
    MailSettings settings = examination.settings;
    Look look = new Look(settings.isTlsFromStart(), findings);
    try {
      settings.look(properties -> properties.put(SpnegoSMTPTransport.OBSERVER, look));
    } catch (MessagingException e) {
      if (!look.isRefused) {
        tellFailure(settings, look, e, findings);
      }
      return;
    }
    if (look.isTls) {
      tellCertificate(settings, findings);
    }
    if (look.isRefused) {
      return;
    }
    if (look.greeting.isEmpty()) {
      findings.ok("The transport connects, and does not show what is said.");
      examination.isServerReady = true;
    } else {
      choose(examination, look, findings);
    }
  }

  /** Observes the dialogue, and reports it line by line. */
  private static final class Look implements SpnegoSMTPTransport.Observer {
    private final Findings findings;
    private String greeting = "";
    private String command = "";
    private SmtpReply hello = new SmtpReply(0, List.of());
    private List<String> offeredBeforeTls = List.of();
    private boolean isTls;

    /** Whether the server refused, which has been reported. */
    private boolean isRefused;

    Look(boolean isTls, Findings findings) {
      this.isTls = isTls;
      this.findings = findings;
    }

    @Override
    public void sent(String line) {
      command = line.split(" ", 2)[0];
    }

    @Override
    public void received(String text) {
      SmtpReply reply = SmtpReply.of(text);
      if (greeting.isEmpty()) {
        greeting = text;
        greeted(reply);
      } else if (command.equals("EHLO")) {
        helloAnswered(reply);
      } else if (command.equals("STARTTLS")) {
        startTlsAnswered(reply);
      }
    }

    private void greeted(SmtpReply reply) {
      if (reply.code() == SmtpReply.READY) {
        findings.ok("The greeting is " + reply + ".");
      } else {
        refused("The greeting is " + reply, "The server takes nobody, or not from here");
      }
    }

    private void helloAnswered(SmtpReply reply) {
      hello = reply;
      String when = isTls ? "under TLS" : "without TLS";
      if (reply.code() != SmtpReply.DONE) {
        refused(
            "EHLO " + when + " is answered with " + reply,
            "The server does not speak ESMTP here, or takes no mail from this machine");
        return;
      }
      findings.ok(
          "AUTH "
              + when
              + " offers "
              + (reply.mechanisms().isEmpty() ? "nothing" : String.join(" ", reply.mechanisms()))
              + (reply.extension("STARTTLS").isPresent() ? "; STARTTLS is offered." : "."));
    }

    private void startTlsAnswered(SmtpReply reply) {
      if (reply.code() == SmtpReply.READY) {
        isTls = true;
        offeredBeforeTls = hello.mechanisms();
      } else {
        refused("STARTTLS is answered with " + reply, "Often the server has no certificate");
      }
    }

    private void refused(String text, String remedy) {
      isRefused = true;
      findings.fail(Reason.SERVER_TROUBLE, text + ".", remedy + "; its log says why.");
    }
  }

  private static void tellFailure(
      MailSettings settings, Look look, MessagingException e, Findings findings) {
    boolean isOfTls = MailFailure.has(e, SSLException.class, CertificateException.class);
    if (isOfTls || (look.isTls && !settings.isTlsFromStart())) {
      Optional<String> certificate = ServerCertificate.of(settings);
      findings.fail(
          Reason.TLS_REQUIRED,
          (certificate.isEmpty()
                  ? "TLS does not come about: "
                  : "The certificate is " + certificate.get() + ", and not trusted: ")
              + MailFailure.text(e)
              + ".",
          certificate.isEmpty()
              ? "smtps is for port 465, STARTTLS for 25 and 587; else compare the TLS versions."
              : "Connect by one of its names. If its issuer is not known, put that into the JVM's"
                  + " trust store (keytool -importcert)."
                  + (settings.isTrue("starttls.enable") || settings.isTlsFromStart()
                      ? ""
                      : " A program that does not set mail.smtp.starttls.enable goes without TLS:"
                          + " look at that with -Dmail.smtp.starttls.enable=false."));
    } else if (look.greeting.isEmpty()) {
      findings.fail(
          Reason.SERVER_TROUBLE,
          "No connection to "
              + settings.server()
              + settings.proxy().map(proxy -> " by the proxy " + proxy).orElse("")
              + ": "
              + MailFailure.text(e)
              + ".",
          "Check the host and port, the proxy where there is one, the firewall, and that the server"
              + " runs.");
    } else if (settings.isTrue("starttls.required") && !look.isTls) {
      findings.fail(
          Reason.TLS_REQUIRED,
          "STARTTLS is demanded by the settings and not offered by the server.",
          "Try another port (587), or smtps on port 465.");
    } else {
      findings.fail(
          Reason.SERVER_TROUBLE,
          "The connection broke: " + MailFailure.text(e) + ".",
          Reason.SERVER_TROUBLE.remedy());
    }
  }

  private static void tellCertificate(MailSettings settings, Findings findings) {
    String certificate =
        "The certificate is " + ServerCertificate.of(settings).orElse("not shown again");
    Optional<String> unchecked = settings.certificateUncheckedBy();
    if (unchecked.isEmpty()) {
      findings.ok(certificate + ", and trusted.");
    } else {
      findings.warn(
          Reason.TLS_REQUIRED,
          certificate + ", and not checked, by " + unchecked.get() + ".",
          "Put its issuer into the JVM's trust store, connect by one of its names, and remove "
              + unchecked.get()
              + ".");
    }
  }

  private static void choose(Examination examination, Look look, Findings findings) {
    MailSettings settings = examination.settings;
    if (settings.mechanisms().isEmpty()) {
      return; // the settings are wrong, which SettingsStep reports
    }
    Optional<String> mechanism =
        settings.mechanisms().stream().filter(look.hello.mechanisms()::contains).findFirst();
    String startTls = "mail." + settings.protocol() + ".starttls.enable";
    if (mechanism.isEmpty()) {
      boolean lacksTls = look.hello.extension("STARTTLS").isPresent();
      Reason reason = lacksTls ? Reason.TLS_REQUIRED : Reason.NOT_OFFERED;
      findings.fail(
          reason,
          String.join(" and ", settings.mechanisms())
              + " is not offered"
              + (lacksTls ? " before TLS, and " + startTls + "=false." : "."),
          reason.remedy());
      return;
    }
    examination.isServerReady = true;
    boolean isSet = settings.isTlsFromStart() || settings.isTrue("starttls.enable");
    if (look.isTls && !isSet && settings.isOfProgram()) {
      findings.warn(
          Reason.TLS_REQUIRED,
          startTls
              + " is not set: without it a program stays without TLS"
              + (look.offeredBeforeTls.contains(mechanism.get())
                  ? "."
                  : " and is not offered GSSAPI."),
          "See that the program sets it to true, and starttls.required too.");
    }
  }
}
