package io.github.smtpspnego.credentials;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/** One way to log in to Kerberos. Two requests with equal {@linkplain #key keys} share a login. */
final class LoginRequest {
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

  /** Answers what the JAAS entry's modules ask. */
  final @Nullable CallbackHandler handler;

  private LoginRequest(
      CredentialSource source,
      String principal,
      @Nullable Path file,
      @Nullable Secret password,
      String jaasEntry,
      @Nullable CallbackHandler handler) {
    this.source = source;
    this.principal = principal;
    this.file = file;
    this.password = password;
    this.jaasEntry = jaasEntry;
    this.handler = handler;
  }

  static LoginRequest fromKeytab(Path keytab, String principal) {
    return new LoginRequest(CredentialSource.KEYTAB, principal, keytab, null, "", null);
  }

  static LoginRequest fromTicketCache(@Nullable Path cache) {
    return new LoginRequest(CredentialSource.TICKETCACHE, "", cache, null, "", null);
  }

  static LoginRequest withPassword(String principal, Secret password) {
    return new LoginRequest(CredentialSource.PASSWORD, principal, null, password, "", null);
  }

  static LoginRequest byJaas(
      String entry, String user, @Nullable Secret password, @Nullable CallbackHandler handler) {
    return new LoginRequest(CredentialSource.JAAS, user, null, password, entry, handler);
  }

  /** What makes two requests the same one. Holds no secret. */
  List<String> key() {
    return List.of(
        source.name(),
        principal,
        String.valueOf(file),
        password == null ? "" : password.fingerprint(),
        jaasEntry);
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

  /**
   * The options of the JDK's {@code Krb5LoginModule}.
   *
   * @param renew have the KDC renew the ticket of a cache; the file itself stays as it is
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
