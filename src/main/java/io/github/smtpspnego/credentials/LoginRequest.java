package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException.Reason;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/**
 * One way to log in to Kerberos.
 *
 * <p>Two requests that are {@linkplain #key equal by key} may share a login.
 */
sealed interface LoginRequest {
  /** What makes two requests the same one. Holds no secret. */
  List<String> key();

  /** The request in words: "as alice@REALM from the keytab /etc/mail.keytab". */
  String describe();

  /** The file whose change makes a login stale. */
  default Optional<Path> file() {
    return Optional.empty();
  }

  /** Why, where the JDK says only that it found no credentials. */
  Reason withoutCredentials();

  /** From a keytab. */
  record FromKeytab(Path keytab, String principal) implements LoginRequest {
    @Override
    public List<String> key() {
      return List.of("keytab", keytab.toString(), principal);
    }

    @Override
    public String describe() {
      return "as " + principal + " from the keytab " + keytab;
    }

    @Override
    public Optional<Path> file() {
      return Optional.of(keytab);
    }

    @Override
    public Reason withoutCredentials() {
      return Reason.KEYTAB;
    }

    Map<String, String> options() {
      Map<String, String> options = new HashMap<>();
      options.put("useKeyTab", "true");
      options.put("keyTab", keytab.toString());
      options.put("principal", principal);
      options.put("doNotPrompt", "true");
      return options;
    }
  }

  /** From a ticket cache; without a file, from where the JDK looks. */
  record FromTicketCache(Optional<Path> cache, Optional<String> principal) implements LoginRequest {
    @Override
    public List<String> key() {
      return List.of("ticketcache", cache.map(Path::toString).orElse(""), principal.orElse(""));
    }

    @Override
    public String describe() {
      return principal.map(name -> "as " + name + " ").orElse("")
          + "from "
          + cache.map(path -> "the ticket cache " + path).orElse("the user's ticket cache");
    }

    @Override
    public Optional<Path> file() {
      return cache;
    }

    @Override
    public Reason withoutCredentials() {
      return Reason.NO_CREDENTIALS;
    }

    /**
     * The options of the JDK's login module.
     *
     * @param renew ask the KDC to renew the ticket; the cache file itself stays as it is
     */
    Map<String, String> options(boolean renew) {
      Map<String, String> options = new HashMap<>();
      options.put("useTicketCache", "true");
      options.put("renewTGT", Boolean.toString(renew));
      options.put("doNotPrompt", "true");
      cache.ifPresent(path -> options.put("ticketCache", path.toString()));
      principal.ifPresent(name -> options.put("principal", name));
      return options;
    }
  }

  /** With a password. */
  record FromPassword(String principal, Secret password) implements LoginRequest {
    @Override
    public List<String> key() {
      return List.of("password", principal, password.fingerprint());
    }

    @Override
    public String describe() {
      return "as " + principal + " with a password";
    }

    @Override
    public Reason withoutCredentials() {
      return Reason.WRONG_PASSWORD;
    }

    Map<String, String> options() {
      Map<String, String> options = new HashMap<>();
      options.put("principal", principal);
      return options;
    }
  }

  /** By an entry of the JVM's JAAS configuration. */
  record FromJaas(String entry, String user, Secret password, @Nullable CallbackHandler handler)
      implements LoginRequest {
    @Override
    public List<String> key() {
      return List.of("jaas", entry, user, password.fingerprint());
    }

    @Override
    public String describe() {
      return "by the JAAS entry " + entry;
    }

    @Override
    public Reason withoutCredentials() {
      return Reason.JAAS_ENTRY;
    }
  }
}
