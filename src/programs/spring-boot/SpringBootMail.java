import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/** Spring Boot's own mail sender; all that is set is in application.properties. */
@EnableAutoConfiguration
public class SpringBootMail {
  public static void main(String[] args) {
    try (ConfigurableApplicationContext context =
        SpringApplication.run(SpringBootMail.class, args)) {
      SimpleMailMessage message = new SimpleMailMessage();
      message.setFrom("alice@contoso.com");
      message.setTo("bob@contoso.com");
      message.setSubject("From Spring Boot");
      message.setText("No password was needed.");
      context.getBean(JavaMailSender.class).send(message);
    }
  }
}
