import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Sends a mail for each request. */
@WebServlet("/send")
public class MailServlet extends HttpServlet {
  private final Properties properties = new Properties();

  @Override
  public void init() throws ServletException {
    try (InputStream file = getServletContext().getResourceAsStream("/WEB-INF/mail.properties")) {
      properties.load(file);
    } catch (IOException e) {
      throw new ServletException(e);
    }
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws ServletException {
    try {
      MimeMessage message = new MimeMessage(Session.getInstance(properties));
      message.setFrom("shop@contoso.com");
      message.setRecipients(Message.RecipientType.TO, "bob@contoso.com");
      message.setSubject("From a web application");
      message.setText("No password was needed.");
      Transport.send(message);
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    } catch (MessagingException e) {
      throw new ServletException(e);
    }
  }
}
