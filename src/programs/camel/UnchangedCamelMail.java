import org.apache.camel.impl.DefaultCamelContext;

/** Nothing is said of authentication, and Camel sets mail.smtp.auth=false. */
public class UnchangedCamelMail {
  public static void main(String[] args) throws Exception {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.start();
      camel
          .createProducerTemplate()
          .sendBodyAndHeader(
              "smtp://mail.contoso.com:587?from=alice@contoso.com&to=bob@contoso.com",
              "No password was needed.",
              "Subject",
              "From Camel");
    }
  }
}
