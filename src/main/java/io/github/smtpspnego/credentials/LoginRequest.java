package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * One way to log in to Kerberos. Two requests with equal {@linkplain #key keys} share a login.
 *
 * @param source keytab, ticket cache, password or JAAS
 * @param principal whom to log in as; empty where the ticket cache decides. For a JAAS entry the
 *     user, which its modules may ask for
 * @param file the keytab or ticket cache; null where the JDK looks for the ticket cache itself
 * @param password the password, or null
 * @param jaasEntry the JAAS entry; empty for the others
 * @param configuration where the JAAS entry is looked up; null where that cannot be read
 * @param answers answers what the login's modules ask
 * @param impersonated the user to be authenticated as with the login; empty for its owner
 */
record LoginRequest(
    CredentialSource source,
    String principal,
    @Nullable Path file,
    @Nullable Secret password,
    String jaasEntry,
    @Nullable Configuration configuration,
    Answers answers,
    String impersonated) {
  private static final String MODULE = "com.sun.security.auth.module.Krb5LoginModule";

  static LoginRequest fromKeytab(Path keytab, String principal) {
    return of(CredentialSource.KEYTAB, principal, keytab, null);
  }

  static LoginRequest fromTicketCache(@Nullable Path cache) {
    return of(CredentialSource.TICKETCACHE, "", cache, null);
  }

  static LoginRequest withPassword(String principal, Secret password) {
    return of(CredentialSource.PASSWORD, principal, null, password);
  }

  private static LoginRequest of(
      CredentialSource source, String principal, @Nullable Path file, @Nullable Secret password) {
    Answers answers = new Answers(principal, password, null);
    return new LoginRequest(source, principal, file, password, "", null, answers, "");
  }

  static LoginRequest byJaas(
      String entry, String user, @Nullable Secret password, @Nullable CallbackHandler handler) {
    Configuration configuration;
    try {
      configuration = Configuration.getConfiguration();
    } catch (SecurityException e) {
      configuration = null; // the login reads it again, and tells what is wrong
    }
    Answers answers = new Answers(user, password, handler);
    return new LoginRequest(
        CredentialSource.JAAS, user, null, password, entry, configuration, answers, "");
  }

  /**
   * The same login, to be authenticated as another user with it.
   *
   * @param user the user; empty for the login's owner
   */
  LoginRequest as(String user) {
    return new LoginRequest(
        source, principal, file, password, jaasEntry, configuration, answers, user);
  }

  /** What makes two requests the same one. Holds no secret. */
  List<Object> key() {
    return List.of(
        source,
        principal,
        String.valueOf(file),
        password == null ? "" : password.fingerprint(),
        jaasEntry,
        configuration == null ? "" : configuration,
        impersonated);
  }

  /** The request in words: "as alice@REALM from the keytab /etc/mail.keytab". */
  String describe() {
    String as =
        source == CredentialSource.JAAS || principal.isEmpty() ? "" : "as " + principal + " ";
    return as + origin();
  }

  /** The same for a login as a client, which the KDC or the ticket cache named. */
  String describe(String client) {
    boolean isSaid = source != CredentialSource.JAAS && principal.equals(client);
    return isSaid ? describe() : "as " + client + ", logged in " + describe();
  }

  /**
   * Whether it is the request that names the client, and not the ticket cache, the JAAS entry, or a
   * system property that the JDK's login module obeys.
   */
  boolean namesClient() {
    return (source == CredentialSource.KEYTAB || source == CredentialSource.PASSWORD)
        && System.getProperty("sun.security.krb5.principal") == null;
  }

  /** Where the credentials come from: "from the keytab /etc/mail.keytab". */
  String origin() {
    if (source == CredentialSource.KEYTAB) {
      return "from the keytab " + file;
    }
    if (source == CredentialSource.TICKETCACHE) {
      return file == null ? "from the user's ticket cache" : "from the ticket cache " + file;
    }
    return source == CredentialSource.JAAS ? "by the JAAS entry " + jaasEntry : "with a password";
  }

  /** The failure of a login that gives a client nothing to authenticate with. */
  SpnegoException withoutTicket() {
    return new SpnegoException(
        Reason.JAAS_ENTRY,
        "Logging in " + describe() + ": it gave no ticket-granting ticket.",
        "Give its Krb5LoginModule no isInitiator=false; a client needs a ticket.",
        null);
  }

  /**
   * What logs in.
   *
   * @param renew have the KDC renew the ticket of a cache; the file itself stays as it is
   * @return the JVM's configuration for a JAAS entry; else one that no other code of the JVM sees
   */
  @Nullable Configuration configuration(boolean renew) {
    if (source == CredentialSource.JAAS) {
      return configuration;
    }
    AppConfigurationEntry[] entries = {
      new AppConfigurationEntry(MODULE, LoginModuleControlFlag.REQUIRED, options(renew))
    };
    return new Configuration() {
      @Override
      public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
        return entries.clone();
      }
    };
  }

  private Map<String, String> options(boolean renew) {
    Map<String, String> options = new HashMap<>();
    if (!principal.isEmpty()) {
      options.put("principal", principal);
    }
    if (source == CredentialSource.KEYTAB) {
      options.put("useKeyTab", "true");
      options.put("keyTab", String.valueOf(file));
    } else if (source == CredentialSource.TICKETCACHE) {
      options.put("useTicketCache", "true");
      options.put("renewTGT", Boolean.toString(renew));
      if (file != null) {
        options.put("ticketCache", file.toString());
      }
    }
    if (source != CredentialSource.PASSWORD) {
      options.put("doNotPrompt", "true");
    }
    return options;
  }
}
