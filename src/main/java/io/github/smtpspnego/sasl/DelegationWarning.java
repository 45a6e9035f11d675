package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Warns once for each client and server that {@code delegation=true} had no effect. */
final class DelegationWarning {
  private static final int MOST_WARNINGS = 100;
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  private DelegationWarning() {}

  static void warn(String tried) {
    if (WARNED.size() < MOST_WARNINGS && WARNED.add(tried)) {
      System.getLogger("io.github.smtpspnego")
          .log(
              Level.WARNING,
              "{0}: delegation=true, and the ticket-granting ticket was not forwarded, because it is"
                  + " not forwardable or the KDC refused to forward it. Log in with a forwardable"
                  + " ticket (kinit -f, or forwardable = true in krb5.conf)."
                  + " ("
                  + SpnegoException.GUIDE
                  + "delegation)",
              tried);
    }
  }
}
