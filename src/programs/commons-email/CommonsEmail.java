import org.apache.commons.mail2.jakarta.Email;
import org.apache.commons.mail2.jakarta.SimpleEmail;

/** Nothing is said of authentication. */
public class CommonsEmail {
  public static void main(String[] args) throws Exception {
    Email email = new SimpleEmail();
    email.setHostName("mail.contoso.com");
    email.setSmtpPort(587);
    email.setFrom("alice@contoso.com");
    email.addTo("bob@contoso.com");
    email.setSubject("From Commons Email");
    email.setMsg("No password was needed.");
    email.send();
  }
}
