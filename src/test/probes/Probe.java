import java.security.Security;
import java.util.Map;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;

/** Says who answers for GSSAPI in this JVM. Run from its source, with the packaged jar. */
public class Probe {
  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("install")) {
      Class.forName("io.github.smtpspnego.SpnegoProvider").getMethod("install").invoke(null);
    }
    SaslClient client =
        Sasl.createSaslClient(new String[] {"GSSAPI"}, null, "smtp", "localhost", Map.of(), null);
    System.out.println(
        client.getClass().getName()
            + " in module "
            + client.getClass().getModule().getName()
            + ", provider "
            + Security.getProvider("SmtpSpnego").getName());
  }
}
