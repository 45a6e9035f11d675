package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KerberosFailure;
import io.github.smtpspnego.kerberos.KeytabFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.jspecify.annotations.Nullable;

/**
 * Logs in with the JDK's {@code Krb5LoginModule} under a configuration made in memory, which no
 * other code of the JVM sees.
 */
final class KerberosLogin {
  private static final String MODULE = "com.sun.security.auth.module.Krb5LoginModule";

  private KerberosLogin() {}

  /**
   * Logs in.
   *
   * @param request how
   * @param renew whether a ticket from a cache is to be renewed
   * @return a new Subject with its ticket-granting ticket
   * @throws SpnegoException if the login gives no credentials
   */
  static Subject login(LoginRequest request, boolean renew) throws SpnegoException {
    try {
      if (request instanceof LoginRequest.FromKeytab keytab) {
        checkReadable(keytab);
        return login("smtp-spnego", answering("", null), inMemory(keytab.options()));
      }
      if (request instanceof LoginRequest.FromTicketCache cache) {
        return login("smtp-spnego", answering("", null), inMemory(cache.options(renew)));
      }
      if (request instanceof LoginRequest.FromPassword password) {
        CallbackHandler handler = answering(password.principal(), password.password());
        return login("smtp-spnego", handler, inMemory(password.options()));
      }
      LoginRequest.FromJaas jaas = (LoginRequest.FromJaas) request;
      CallbackHandler handler =
          jaas.handler() == null ? answering(jaas.user(), jaas.password()) : jaas.handler();
      return login(jaas.entry(), handler, Configuration.getConfiguration());
    } catch (LoginException | SecurityException e) {
      throw explain(request, e);
    }
  }

  private static Subject login(String name, CallbackHandler handler, Configuration configuration)
      throws LoginException {
    Subject subject = new Subject();
    new LoginContext(name, subject, handler, configuration).login();
    return subject;
  }

  private static Configuration inMemory(Map<String, String> options) {
    AppConfigurationEntry[] entries = {
      new AppConfigurationEntry(MODULE, LoginModuleControlFlag.REQUIRED, options)
    };
    return new Configuration() {
      @Override
      public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
        return entries.clone();
      }
    };
  }

  /** Answers what a login module asks; never the console. */
  private static CallbackHandler answering(String user, @Nullable Secret password) {
    return callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof NameCallback name && !user.isEmpty()) {
          name.setName(user);
        } else if (callback instanceof PasswordCallback secret && password != null) {
          secret.setPassword(password.chars());
        } else {
          throw new UnsupportedCallbackException(callback, "nobody is there to be asked");
        }
      }
    };
  }

  private static void checkReadable(LoginRequest.FromKeytab request) throws SpnegoException {
    Path keytab = request.keytab();
    if (!Files.isReadable(keytab)) {
      throw new SpnegoException(
          Reason.KEYTAB,
          String.format(
              Locale.ROOT,
              "Logging in %s: the file %s.",
              request.describe(),
              Files.exists(keytab) ? "cannot be read by this user" : "does not exist"),
          null);
    }
  }

  private static SpnegoException explain(LoginRequest request, Exception failure) {
    String tried = "Logging in " + request.describe();
    Reason reason = KerberosFailure.reason(failure);
    if (request instanceof LoginRequest.FromKeytab keytab
        && (reason == Reason.KEYTAB || reason == Reason.GSS_FAILURE)) {
      return new SpnegoException(
          Reason.KEYTAB,
          tried + ": it holds no usable key for that principal. " + contents(keytab.keytab()),
          failure);
    }
    if (request instanceof LoginRequest.FromTicketCache cache
        && (reason == Reason.GSS_FAILURE || reason == Reason.NO_CREDENTIALS)) {
      boolean isMissing = cache.cache().filter(file -> !Files.exists(file)).isPresent();
      return new SpnegoException(
          Reason.NO_CREDENTIALS,
          tried
              + (isMissing
                  ? ": the file does not exist."
                  : ": no valid ticket was found there; one that has expired is none."),
          failure);
    }
    if (reason == Reason.MESSAGE_MODIFIED && !isRealmCase(failure)) {
      // No server is in this yet: what does not fit is the user's key, by the KDC's word or ours.
      return new SpnegoException(
          Reason.WRONG_PASSWORD,
          tried + ": the key made of it does not fit (" + failure.getMessage() + ").",
          failure);
    }
    if (request instanceof LoginRequest.FromJaas && reason == Reason.GSS_FAILURE) {
      return new SpnegoException(
          Reason.JAAS_ENTRY, tried + ": " + failure.getMessage() + ".", failure);
    }
    return KerberosFailure.explain(tried, failure);
  }

  /** Error 41, which at this point comes of a realm that the KDC writes differently. */
  private static boolean isRealmCase(Exception failure) {
    return String.valueOf(failure.getMessage()).contains("(41)");
  }

  private static String contents(Path keytab) {
    try {
      List<KeytabFile.Entry> entries = KeytabFile.read(keytab);
      return entries.isEmpty()
          ? "It is empty."
          : "It holds: "
              + String.join(
                  ", ",
                  entries.stream()
                      .map(
                          e ->
                              e.principal()
                                  + " (kvno "
                                  + e.kvno()
                                  + ", enctype "
                                  + e.encryptionType()
                                  + ")")
                      .toList())
              + ".";
    } catch (IOException e) {
      return "It cannot be read: " + e.getMessage() + ".";
    }
  }
}
