import sun.security.krb5.Config;
import sun.security.krb5.KrbException;

/**
 * Says of each file what the JDK takes from it. Run from its source, with {@code --add-exports
 * java.security.jgss/sun.security.krb5=ALL-UNNAMED}.
 */
public class Krb5Probe {
  public static void main(String[] files) {
    for (String file : files) {
      System.setProperty("java.security.krb5.conf", file);
      try {
        Config.refresh();
        Config read = Config.getInstance();
        System.out.println(
            read.get("libdefaults", "default_realm")
                + " | "
                + kdcs(read)
                + " | "
                + read.get("libdefaults", "udp_preference_limit"));
      } catch (KrbException e) {
        System.out.println("refused");
      }
    }
  }

  private static String kdcs(Config read) {
    try {
      return read.getAll("realms", "EXAMPLE.TEST", "kdc");
    } catch (IllegalArgumentException e) {
      return null; // the realm is a value
    }
  }
}
