package io.github.smtpspnego.mail;

import io.github.smtpspnego.SpnegoProvider;
import java.lang.System.Logger.Level;

/**
 * What being on the class path does: Jakarta Mail makes all of its providers with each {@code
 * Session}, ours among them, before any transport.
 *
 * <p>They install the security provider, and offer the transport where Angus Mail's is there to be
 * extended. A provider cannot be left out, so where ours is not to serve it stands under a name
 * that nobody asks for. It must never throw: that would leave the program without any {@code
 * Session}.
 */
final class Registration {
  /** Switches all of it off: {@code -Dsmtp.spnego.autoregister=false}. */
  static final String SWITCH = "smtp.spnego.autoregister";

  private static final System.Logger LOGGER = System.getLogger("io.github.smtpspnego");
  private static final String ANGUS = "org.eclipse.angus.mail.smtp.SMTPTransport";
  private static final String NOT_OFFERED = "smtp-spnego-not-offered-for-";

  private Registration() {}

  /** Installs the security provider; gives the protocol under which the transport stands. */
  static String protocol(String wanted) {
    if (!isOn()) {
      return NOT_OFFERED + wanted;
    }
    try {
      SpnegoProvider.install();
      return isAngusThere() ? wanted : NOT_OFFERED + wanted;
    } catch (RuntimeException e) {
      LOGGER.log(Level.WARNING, "The security provider could not be installed.", e);
      return NOT_OFFERED + wanted;
    }
  }

  private static boolean isOn() {
    return !"false".equalsIgnoreCase(System.getProperty(SWITCH));
  }

  private static boolean isAngusThere() {
    try {
      Class<?> angus = Class.forName(ANGUS, false, Registration.class.getClassLoader());
      // On the module path it is in one of two modules, and only one can be named in ours.
      Registration.class.getModule().addReads(angus.getModule());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
