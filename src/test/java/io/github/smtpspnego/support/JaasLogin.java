package io.github.smtpspnego.support;

import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;

/** Logs in as programs do that know nothing of us. */
public final class JaasLogin {
  private static final String MODULE = "com.sun.security.auth.module.Krb5LoginModule";

  private JaasLogin() {}

  /** A Subject with a ticket-granting ticket, got with the keys of a keytab. */
  public static Subject initiator(String principal, String keytab) {
    return login(
        Map.of(
            "principal", principal, "useKeyTab", "true", "keyTab", keytab, "doNotPrompt", "true"));
  }

  /** A Subject with the keys of a keytab. */
  public static Subject acceptor(String principal, String keytab) {
    return login(acceptorOptions(principal, keytab));
  }

  public static Map<String, String> acceptorOptions(String principal, String keytab) {
    return Map.of(
        "principal", principal,
        "useKeyTab", "true",
        "keyTab", keytab,
        "storeKey", "true",
        "isInitiator", "false",
        "doNotPrompt", "true");
  }

  public static Subject login(Map<String, String> options) {
    return login(options, (Callback[] callbacks) -> {});
  }

  static Subject login(Map<String, String> options, CallbackHandler handler) {
    AppConfigurationEntry[] entries = {
      new AppConfigurationEntry(MODULE, LoginModuleControlFlag.REQUIRED, options)
    };
    Configuration configuration =
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return entries.clone();
          }
        };
    Subject subject = new Subject();
    try {
      new LoginContext("test", subject, handler, configuration).login();
    } catch (LoginException e) {
      throw new IllegalStateException(e);
    }
    return subject;
  }
}
