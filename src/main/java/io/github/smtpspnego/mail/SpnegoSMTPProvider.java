package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoProvider;
import jakarta.mail.NoSuchProviderException;
import jakarta.mail.Provider;
import jakarta.mail.Session;
import java.lang.System.Logger.Level;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Offers the transport for {@code smtp}. Not Angus's {@code DefaultProvider}, so it comes first.
 *
 * <p>Jakarta Mail makes all of its providers with each {@code Session}, before any transport. So
 * being on the class path is enough: ours installs the security provider, and offers the transport
 * where Angus Mail's is there to be extended. A provider cannot be left out, so where ours is not
 * to serve it stands under a name that nobody asks for. It never throws: that would leave the
 * program without any {@code Session}.
 */
public sealed class SpnegoSMTPProvider extends Provider permits SpnegoSMTPSSLProvider {
  /**
   * What being on the class path does: {@code false} is nothing, {@code transport} offers the
   * transport and leaves the security provider to {@link SpnegoProvider#install}.
   */
  static final String SWITCH = "smtp.spnego.autoregister";

  private static final String TRANSPORT = "io.github.smtpspnego.mail.SpnegoSMTPTransport";
  private static final AtomicBoolean IS_ORDER_CHECKED = new AtomicBoolean();
  private static final String ANGUS = "org.eclipse.angus.mail.smtp.SMTPTransport";

  /** For Jakarta Mail's service loader. */
  public SpnegoSMTPProvider() {
    this("smtp");
  }

  SpnegoSMTPProvider(String protocol) {
    super(
        Type.TRANSPORT,
        register() ? protocol : "smtp-spnego-not-offered-for-" + protocol,
        TRANSPORT, // its class may be missing a superclass
        "smtp-spnego",
        null);
  }

  /**
   * Installs the security provider; tells whether the transport can be offered too.
   *
   * <p>Our transport does without the security provider. Angus Mail's own, IMAP and programs that
   * call {@code Sasl} do not, and who of them will come is not known here: what a Session sets is
   * not shown to its providers, and some never ask the Session for anything.
   */
  private static boolean register() {
    String wanted = System.getProperty(SWITCH, "");
    if (wanted.equalsIgnoreCase("false")) {
      return false;
    }
    try {
      if (!wanted.equalsIgnoreCase("transport")) {
        SpnegoProvider.install();
      }
      Class<?> angus = Class.forName(ANGUS, false, SpnegoSMTPProvider.class.getClassLoader());
      // On the module path it is in one of two modules, and only one can be named in ours.
      SpnegoSMTPProvider.class.getModule().addReads(angus.getModule());
      checkOrder();
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    } catch (RuntimeException e) {
      System.getLogger("io.github.smtpspnego")
          .log(Level.WARNING, "The security provider could not be installed.", e);
      return false;
    }
  }

  /**
   * Warns once where Sessions take another transport. Jakarta Mail 2.1.2 and 2.1.3 do not know
   * which provider is Angus Mail's default one, and take the first on the class path. What the
   * Session that is being made will take is not to be seen, so another one is asked.
   */
  private static void checkOrder() {
    if (System.getProperty("mail.smtp.class") != null
        || IS_ORDER_CHECKED.getAndSet(true)
        || isOrderOfNoConcern()) {
      return;
    }
    try {
      Provider taken = Session.getInstance(new Properties()).getProvider("smtp");
      if (!(taken instanceof SpnegoSMTPProvider)) {
        System.getLogger("io.github.smtpspnego")
            .log(
                Level.WARNING,
                "Jakarta Mail takes the transport "
                    + taken.getClassName()
                    + ", which stands before smtp-spnego on the class path. It does not read"
                    + " mail.smtp.sasl.spnego.enable. Put smtp-spnego before it, use"
                    + " jakarta.mail-api 2.1.4 or later, or set mail.smtp.class="
                    + TRANSPORT
                    + " in the Session's properties. ("
                    + SpnegoException.GUIDE
                    + "class-path-order)");
      }
    } catch (NoSuchProviderException | ServiceConfigurationError e) {
      // The program's own Session says so.
    }
  }

  /**
   * Whether this is jakarta.mail-api 2.1.4 or later, which has this field: the check would take a
   * tenth of the start of a program. One that has it no more is checked.
   */
  private static boolean isOrderOfNoConcern() {
    try {
      return Session.class.getDeclaredField("PROVIDER_RESOURCES") != null;
    } catch (NoSuchFieldException e) {
      return false;
    }
  }
}
