import io.github.smtpspnego.SpnegoProvider;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.security.Security;

/** Takes the JVM's references to the web application out, so that it can be collected. */
@WebListener
public class Unload implements ServletContextListener {
  @Override
  public void contextDestroyed(ServletContextEvent event) {
    SpnegoProvider.uninstall();
    Security.removeProvider("Jakarta-Mail-OAuth2"); // Angus Mail's
  }
}
