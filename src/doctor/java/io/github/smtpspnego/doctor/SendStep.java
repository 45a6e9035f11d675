package io.github.smtpspnego.doctor;

import io.github.smtpspnego.SpnegoException.Reason;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * One test mail, sent by Jakarta Mail as a program sends it.
 *
 * @param from the sender's address
 * @param to the recipient's address
 */
record SendStep(String from, String to) implements Step {
  @Override
  public void look(Examination examination, Findings findings) {
    if (examination.hasFailed) {
      findings.skip("Nothing was sent, since something before it failed.");
      return;
    }
    MailSettings settings = examination.settings;
    try {
      MimeMessage message = new MimeMessage((Session) null);
      message.setFrom(from);
      message.setRecipients(Message.RecipientType.TO, to);
      message.setSubject("Test mail of smtp-spnego");
      message.setHeader(
          "Date",
          DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.now().atOffset(ZoneOffset.UTC)));
      message.setText("Sent by smtp-spnego's doctor, authenticated with Kerberos.");
      settings.connect(
          settings.forMail(),
          transport -> transport.sendMessage(message, message.getAllRecipients()));
      findings.ok("The server took a mail from " + from + " to " + to + ".");
    } catch (MessagingException e) {
      findings.add(
          MailFailure.finding(
              e,
              Reason.SERVER_REFUSED,
              "The mail was not taken",
              "See whether the account may send from this address (SendAs), and to this one."));
    }
  }
}
