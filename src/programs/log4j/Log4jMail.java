import org.apache.logging.log4j.LogManager;

/** An error, which the appender sends; what is set is in log4j2.xml. */
public class Log4jMail {
  public static void main(String[] args) {
    LogManager.getLogger(Log4jMail.class).error("No password was needed.");
  }
}
