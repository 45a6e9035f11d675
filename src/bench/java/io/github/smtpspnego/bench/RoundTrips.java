package io.github.smtpspnego.bench;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.MessagingException;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;

/** How often client and server wait for each other between AUTH and its last reply. */
final class RoundTrips {
  private static final String AUTO = "auto";

  private final Scene scene;
  private final Report report;

  RoundTrips(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  void run() throws MessagingException, PrivilegedActionException {
    report.table(
        "SMTP round trips of AUTH",
        "client",
        "`initialresponse`",
        "the server ends at once",
        "with a layer offer");
    int atOnce = ours("always", "none", "");
    int offer = ours("always", "required", "");
    row("smtp-spnego", "always", atOnce, offer);
    row("smtp-spnego", "never", ours("never", "none", ""), ours("never", "required", ""));
    row(
        "smtp-spnego",
        "auto (the token is too long for a line of 512)",
        ours(AUTO, "none", ""),
        ours(AUTO, "required", ""));
    row(
        "smtp-spnego under Angus Mail's transport",
        AUTO,
        ours(AUTO, "none", Mailer.ANGUS),
        ours(AUTO, "required", Mailer.ANGUS));
    int jdk = jdk("true");
    report.row("JDK, raw Kerberos, the server proves itself", "", "", Integer.toString(jdk));
    report.row("JDK, raw Kerberos, as it is set", "", "", Integer.toString(jdk("false")));
    report.count("2 round trips where the server ends at once", atOnce == 2);
    report.count("3 round trips with a layer offer, as the JDK's", offer == 3 && jdk == 3);
  }

  private void row(String client, String initialResponse, int atOnce, int offer) {
    report.row(client, initialResponse, Integer.toString(atOnce), Integer.toString(offer));
  }

  private int ours(String initialResponse, String ending, String transport)
      throws MessagingException {
    try (MailServer server = scene.server(Map.of("mail.smtp.sasl.spnego.securitylayer", ending))) {
      Mailer mailer =
          Mailer.to(server.port())
              .spnego("keytab", scene.kdc().keytab("alice"))
              .spnego("initialresponse", initialResponse);
      if (!transport.isEmpty()) {
        mailer.with("mail.smtp.class", transport);
      }
      mailer.send();
      return roundTrips(server);
    }
  }

  /** The JDK does not ask for the server's proof unless it is told to. */
  private int jdk(String serverAuthentication) throws PrivilegedActionException {
    try (MailServer server = scene.server(Map.of())) {
      PrivilegedExceptionAction<Integer> action =
          () -> {
            Mailer.to(server.port())
                .spnego("enable", "false")
                .with(Sasl.SERVER_AUTH, serverAuthentication)
                .send();
            return roundTrips(server);
          };
      return Subject.doAs(scene.kdc().login("alice", Kdc.PASSWORD), action);
    }
  }

  /** The client's lines of the AUTH command; after it comes MAIL. */
  private static int roundTrips(MailServer server) {
    return (int)
        server.dialogue().stream()
            .dropWhile(line -> !line.startsWith("C: AUTH "))
            .takeWhile(line -> !line.startsWith("C: MAIL "))
            .filter(line -> line.startsWith("C: "))
            .count();
  }
}
