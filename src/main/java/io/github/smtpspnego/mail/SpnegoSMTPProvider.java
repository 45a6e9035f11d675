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
 * Offers the transport for {@code smtp}. Jakarta Mail prefers it to Angus Mail's, which is marked
 * as a {@code DefaultProvider}.
 *
 * <p>Jakarta Mail creates all of its providers with each {@code Session}, before any transport. So
 * it is sufficient that the jar is on the class path: this provider installs the security provider,
 * and offers the transport if Angus Mail is present. A provider cannot withdraw, so if the
 * transport is not to be used, the provider has the name of a protocol that does not exist. It
 * never throws: Jakarta Mail would then create no {@code Session} at all.
 */
public sealed class SpnegoSMTPProvider extends Provider permits SpnegoSMTPSSLProvider {
  /**
   * What the jar does on the class path: with {@code false} nothing, with {@code transport} it
   * offers the transport but does not install the security provider.
   */
  static final String SWITCH = "smtp.spnego.autoregister";

  private static final String TRANSPORT = "io.github.smtpspnego.mail.SpnegoSMTPTransport";
  private static final AtomicBoolean IS_ORDER_CHECKED = new AtomicBoolean();
  private static final String ANGUS = "org.eclipse.angus.mail.smtp.SMTPTransport";

  /** Called by Jakarta Mail's service loader. */
  public SpnegoSMTPProvider() {
    this("smtp");
  }

  SpnegoSMTPProvider(String protocol) {
    super(
        Type.TRANSPORT,
        register() ? protocol : "smtp-spnego-not-offered-for-" + protocol,
        TRANSPORT, // by name, since its superclass may be missing
        "smtp-spnego",
        null);
  }

  /**
   * Installs the security provider, and returns whether the transport can be offered too.
   *
   * <p>This library's transport does not need the security provider. Angus Mail's own transport,
   * IMAP and programs that call {@code Sasl} do. Whether one of them will be used is not known
   * here: a Session's properties are not passed to its providers, and some callers use no Session.
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
      // On the module path one of two modules contains the class; module-info names only one.
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
   * Warns once if Sessions use another transport. Jakarta Mail 2.1.2 and 2.1.3 do not recognize
   * Angus Mail's default provider, and use the first provider on the class path. The Session that
   * is being created cannot be asked, so another one is.
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
      // The program's own Session reports it.
    }
  }

  /**
   * Whether this is jakarta.mail-api 2.1.4 or later, which has this field. The check is skipped
   * there because it would take a tenth of a program's start. A later version without the field is
   * checked.
   */
  private static boolean isOrderOfNoConcern() {
    try {
      return Session.class.getDeclaredField("PROVIDER_RESOURCES") != null;
    } catch (NoSuchFieldException e) {
      return false;
    }
  }
}
