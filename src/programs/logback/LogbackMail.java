import org.slf4j.LoggerFactory;

/** An error, which the appender sends; what is set is in logback.xml. */
public class LogbackMail {
  public static void main(String[] args) {
    LoggerFactory.getLogger(LogbackMail.class).error("No password was needed.");
  }
}
