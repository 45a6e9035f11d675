import org.simplejavamail.api.mailer.Mailer;
import org.simplejavamail.email.EmailBuilder;
import org.simplejavamail.mailer.MailerBuilder;

/** The switch is a property of the mailer. */
public class SimpleMail {
  public static void main(String[] args) throws Exception {
    try (Mailer mailer =
        MailerBuilder.withSMTPServer("mail.contoso.com", 587)
            .withProperty("mail.smtp.sasl.spnego.enable", "true")
            .buildMailer()) {
      mailer.sendMail(
          EmailBuilder.startingBlank()
              .from("alice@contoso.com")
              .to("bob@contoso.com")
              .withSubject("From Simple Java Mail")
              .withPlainText("No password was needed.")
              .buildEmail());
    }
  }
}
