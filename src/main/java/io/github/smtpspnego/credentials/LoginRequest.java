package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import org.jspecify.annotations.Nullable;

/** One way to log in to Kerberos. Two requests with equal {@linkplain #key keys} share a login. */
final class LoginRequest {
  private static final String MODULE = "com.sun.security.auth.module.Krb5LoginModule";

  /** Keytab, ticket cache, password or JAAS. */
  final CredentialSource source;

  /**
   * Whom to log in as; empty where the ticket cache decides. For a JAAS entry the user, which its
   * modules may ask for.
   */
  final String principal;

  /** The keytab or ticket cache; null where the JDK looks for the ticket cache itself. */
  final @Nullable Path file;

  final @Nullable Secret password;

  /** The JAAS entry; empty for the others. */
  final String jaasEntry;

  /** Where the JAAS entry is looked up; null where it cannot be read. */
  private final @Nullable Configuration configuration;

  /** Answers what the JAAS entry's modules ask besides user and password. */
  private final @Nullable CallbackHandler handler;

  /** The user to be authenticated as with this login; empty for its owner. */
  final String impersonated;

  /** Whether the handler was asked: the login is then nobody else's. */
  private boolean isPersonal;

  private LoginRequest(
      CredentialSource source,
      String principal,
      @Nullable Path file,
      @Nullable Secret password,
      String jaasEntry,
      @Nullable Configuration configuration,
      @Nullable CallbackHandler handler,
      String impersonated) {
    this.source = source;
    this.principal = principal;
    this.file = file;
    this.password = password;
    this.jaasEntry = jaasEntry;
    this.configuration = configuration;
    this.handler = handler;
    this.impersonated = impersonated;
  }

  static LoginRequest fromKeytab(Path keytab, String principal) {
    return new LoginRequest(CredentialSource.KEYTAB, principal, keytab, null, "", null, null, "");
  }

  static LoginRequest fromTicketCache(@Nullable Path cache) {
    return new LoginRequest(CredentialSource.TICKETCACHE, "", cache, null, "", null, null, "");
  }

  static LoginRequest withPassword(String principal, Secret password) {
    return new LoginRequest(
        CredentialSource.PASSWORD, principal, null, password, "", null, null, "");
  }

  static LoginRequest byJaas(
      String entry, String user, @Nullable Secret password, @Nullable CallbackHandler handler) {
    Configuration configuration;
    try {
      configuration = Configuration.getConfiguration();
    } catch (SecurityException e) {
      configuration = null; // the login reads it again, and tells what is wrong
    }
    return new LoginRequest(
        CredentialSource.JAAS, user, null, password, entry, configuration, handler, "");
  }

  /**
   * The same login, to be authenticated as another user with it.
   *
   * @param user the user; empty for the login's owner
   */
  LoginRequest as(String user) {
    return new LoginRequest(
        source, principal, file, password, jaasEntry, configuration, handler, user);
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
    return switch (source) {
      case KEYTAB -> "from the keytab " + file;
      case TICKETCACHE ->
          file == null ? "from the user's ticket cache" : "from the ticket cache " + file;
      case JAAS -> "by the JAAS entry " + jaasEntry;
      default -> "with a password";
    };
  }

  /** Whether the login depends on more than the {@linkplain #key key} says. */
  boolean isPersonal() {
    return isPersonal;
  }

  void setPersonal(boolean personal) {
    isPersonal = personal;
  }

  /** Answers what a login module asks; never from the console. */
  void answer(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name && !principal.isEmpty()) {
        name.setName(principal);
      } else if (callback instanceof PasswordCallback secret && password != null) {
        secret.setPassword(password.isEmpty() ? null : password.chars());
      } else if (handler == null) {
        throw new UnsupportedCallbackException(callback, "nobody is there to be asked");
      } else if (!(callback instanceof NameCallback)) { // the handler knows no name
        setPersonal(true);
        handler.handle(new Callback[] {callback});
      }
    }
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
