package io.github.smtpspnego.credentials;

import com.sun.security.auth.module.Krb5LoginModule;
import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * A request to log in to Kerberos. Requests with equal {@linkplain #key keys} share a login.
 *
 * @param source keytab, ticket cache, password or JAAS
 * @param principal the principal to log in as; empty for the owner of the ticket cache. For a JAAS
 *     entry the user's name, which its modules may ask for
 * @param file the keytab or ticket cache; null if the JDK locates the ticket cache itself
 * @param password the password, or null
 * @param jaasEntry the JAAS entry; empty for other sources
 * @param configuration the JAAS configuration; null for other sources, and if it cannot be read
 * @param modules the modules of the JAAS entry with their options; empty for other sources
 * @param answers the callback handler of the login's modules
 * @param impersonated the user to authenticate as with the login; empty for its owner
 */
record LoginRequest(
    CredentialSource source,
    String principal,
    @Nullable Path file,
    @Nullable Secret password,
    String jaasEntry,
    @Nullable Configuration configuration,
    List<String> modules,
    Answers answers,
    String impersonated) {
  private static final AppConfigurationEntry[] NO_MODULES = {};

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
    return new LoginRequest(source, principal, file, password, "", null, List.of(), answers, "");
  }

  static LoginRequest byJaas(
      String entry, String user, @Nullable Secret password, @Nullable CallbackHandler handler) {
    Configuration configuration = null;
    AppConfigurationEntry[] entries = null;
    try {
      configuration = Configuration.getConfiguration();
      entries = configuration.getAppConfigurationEntry(entry);
      if (entries == null) {
        entries = configuration.getAppConfigurationEntry("other"); // as LoginContext does
      }
    } catch (RuntimeException e) {
      // The login reads it again, and reports what is wrong.
    }
    Answers answers = new Answers(user, password, handler);
    List<String> modules = new ArrayList<>();
    for (AppConfigurationEntry module : entries == null ? NO_MODULES : entries) {
      String name = module.getLoginModuleName();
      modules.add(name + " " + module.getControlFlag() + " " + module.getOptions());
      // Another module may find the user anywhere, for example in a thread-local variable.
      answers.arePersonal |= !name.equals(Krb5LoginModule.class.getName());
    }
    return new LoginRequest(
        CredentialSource.JAAS, user, null, password, entry, configuration, modules, answers, "");
  }

  /** The same request for another impersonated user; empty for the login's owner. */
  LoginRequest as(String user) {
    return new LoginRequest(
        source, principal, file, password, jaasEntry, configuration, modules, answers, user);
  }

  /** Identifies the request among others. Contains no secret. */
  List<Object> key() {
    return List.of(
        source,
        principal,
        String.valueOf(file),
        password == null ? "" : password.fingerprint(),
        jaasEntry,
        modules,
        impersonated);
  }

  /** Describes the request: "as alice@REALM from the keytab /etc/mail.keytab". */
  String describe() {
    String as =
        source == CredentialSource.JAAS || principal.isEmpty() ? "" : "as " + principal + " ";
    return as + origin();
  }

  /** Describes the login, whose client the KDC or the ticket cache named. */
  String describe(String client) {
    boolean isSaid = source != CredentialSource.JAAS && principal.equals(client);
    return isSaid ? describe() : "as " + client + ", logged in " + describe();
  }

  /**
   * Whether the request determines the client, rather than the ticket cache, the JAAS entry, or a
   * system property that the JDK's login module reads.
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
    return jaasEntry.isEmpty() ? "with a password" : "by the JAAS entry " + jaasEntry;
  }

  /** The failure of a login that gives a client no ticket. */
  SpnegoException withoutTicket() {
    return new SpnegoException(
        Reason.JAAS_ENTRY,
        "Logging in " + describe() + ": it gave no ticket-granting ticket.",
        "Remove isInitiator=false from the options of its Krb5LoginModule; a client needs a ticket.",
        null);
  }

  /**
   * The options of the JDK's {@code Krb5LoginModule}.
   *
   * @param renew whether the KDC is to renew a ticket from a cache; the file is not changed
   */
  Map<String, String> options(boolean renew) {
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
