import org.simplejavamail.api.mailer.Mailer;
import org.simplejavamail.email.EmailBuilder;
import org.simplejavamail.mailer.MailerBuilder;

/** Nothing is said of authentication, and the Session does not read system properties. */
public class UnchangedSimpleMail {
  public static void main(String[] args) throws Exception {
    try (Mailer mailer = MailerBuilder.withSMTPServer("mail.contoso.com", 587).buildMailer()) {
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
