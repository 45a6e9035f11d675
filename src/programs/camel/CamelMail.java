import org.apache.camel.impl.DefaultCamelContext;

/** The switch is an option of the endpoint. */
public class CamelMail {
  public static void main(String[] args) throws Exception {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.start();
      camel
          .createProducerTemplate()
          .sendBodyAndHeader(
              "smtp://mail.contoso.com:587?mail.smtp.sasl.spnego.enable=true"
                  + "&from=alice@contoso.com&to=bob@contoso.com",
              "No password was needed.",
              "Subject",
              "From Camel");
    }
  }
}
