package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KeytabFile;
import io.github.smtpspnego.kerberos.TicketCacheFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/** Finds the credentials that the settings mean, and logs in where that takes a login. */
public final class CredentialFinder {
  private final CredentialSettings settings;
  private final UserAndPassword user;
  private final @Nullable CallbackHandler handler;
  private final LoginCache logins;

  /**
   * Creates a finder; nothing is looked for yet.
   *
   * @param settings what to look for
   * @param handler knows the user and password, as Angus Mail's does, or null
   */
  public CredentialFinder(CredentialSettings settings, @Nullable CallbackHandler handler) {
    this(settings, handler, LoginCache.shared());
  }

  CredentialFinder(
      CredentialSettings settings, @Nullable CallbackHandler handler, LoginCache logins) {
    this.settings = settings;
    this.user = new UserAndPassword(handler);
    this.handler = handler;
    this.logins = logins;
  }

  /**
   * Finds the credentials.
   *
   * @return those of the source that is set, or of the first that applies
   * @throws SpnegoException if there are none
   */
  public InitiatorCredentials find() throws SpnegoException {
    return switch (settings.source()) {
      case AUTO -> first();
      case SUBJECT ->
          ofSubject(Subjects.current())
              .orElseThrow(
                  () ->
                      new SpnegoException(
                          Reason.NO_CREDENTIALS,
                          "Looking for the calling thread's Subject (credentials=subject): there is"
                              + " none with Kerberos credentials.",
                          "Run the mail code inside Subject.callAs (Subject.doAs before JDK 18).",
                          null));
      case KEYTAB -> fromKeytab(settings.keytab().orElseThrow());
      case PASSWORD -> fromPassword();
      case TICKETCACHE -> fromTicketCache();
      case JAAS -> fromJaas(settings.jaasEntry().orElseThrow());
      case NATIVE -> ofNativeLibrary();
    };
  }

  private InitiatorCredentials first() throws SpnegoException {
    if (settings.credential().isPresent()) {
      return of(settings.credential().get());
    }
    Optional<InitiatorCredentials> ofSubject = ofSubject(Subjects.current());
    if (ofSubject.isPresent()) {
      return ofSubject.get();
    }
    if (settings.keytab().isPresent()) {
      return fromKeytab(settings.keytab().get());
    }
    if (settings.jaasEntry().isPresent()) {
      return fromJaas(settings.jaasEntry().get());
    }
    if (user.hasPassword()) {
      return fromPassword();
    }
    return isNativeLibraryOn() && settings.ticketCache().isEmpty()
        ? ofNativeLibrary()
        : fromTicketCache();
  }

  private static InitiatorCredentials of(GSSCredential credential) throws SpnegoException {
    try {
      return InitiatorCredentials.of(
          credential, "as " + credential.getName() + " with the caller's GSS credential");
    } catch (GSSException | RuntimeException e) {
      throw new SpnegoException(
          Reason.NO_CREDENTIALS,
          "The GSS credential in javax.security.sasl.credentials cannot be used.",
          "Hand over one that is valid, for initiating, and not disposed.",
          e);
    }
  }

  private static Optional<InitiatorCredentials> ofSubject(@Nullable Subject subject) {
    if (subject == null
        || (subject.getPrivateCredentials(KerberosTicket.class).isEmpty()
            && subject.getPrivateCredentials(GSSCredential.class).isEmpty())) {
      return Optional.empty();
    }
    String names =
        subject.getPrincipals(KerberosPrincipal.class).stream()
            .map(Principal::getName)
            .collect(Collectors.joining(", "));
    return Optional.of(
        InitiatorCredentials.ofCaller(
            subject, (names.isEmpty() ? "" : "as " + names + " ") + "with the caller's Subject"));
  }

  private InitiatorCredentials fromKeytab(String name) throws SpnegoException {
    Path keytab = Path.of(name);
    return login(new LoginRequest.FromKeytab(keytab, principalOf(keytab)));
  }

  /** The principal set; else the keytab's that the mail user names; else the keytab's first. */
  private String principalOf(Path keytab) throws SpnegoException {
    if (settings.principal().isPresent()) {
      return settings.principal().get();
    }
    List<String> principals;
    try {
      principals = KeytabFile.principals(KeytabFile.read(keytab));
    } catch (IOException | RuntimeException e) {
      throw new SpnegoException(Reason.KEYTAB, "Reading the keytab " + keytab + ": " + e + ".", e);
    }
    if (principals.isEmpty()) {
      throw new SpnegoException(Reason.KEYTAB, "The keytab " + keytab + " is empty.", null);
    }
    String wanted = user.name().toLowerCase(Locale.ROOT);
    return principals.stream()
        .filter(
            principal -> {
              String known = principal.toLowerCase(Locale.ROOT);
              return known.equals(wanted) || known.startsWith(wanted + "@");
            })
        .findFirst()
        .orElse(principals.get(0));
  }

  private InitiatorCredentials fromPassword() throws SpnegoException {
    try (Secret password = user.password()) {
      String principal = settings.principal().orElseGet(user::name);
      if (principal.isEmpty() || password.isEmpty()) {
        throw new SpnegoException(
            Reason.NO_CREDENTIALS,
            String.format(
                Locale.ROOT,
                "Logging in with a password: no %s was given.",
                principal.isEmpty() ? "user" : "password"),
            "Give both to connect(user, password), or use another source of credentials.",
            null);
      }
      return login(new LoginRequest.FromPassword(principal, password));
    }
  }

  private InitiatorCredentials fromTicketCache() throws SpnegoException {
    Optional<Path> cache =
        settings.ticketCache().isPresent()
            ? Optional.of(
                TicketCacheFile.named(settings.ticketCache().get(), "setting ticketcache"))
            : TicketCacheFile.ofUser();
    return login(new LoginRequest.FromTicketCache(cache, settings.principal()));
  }

  private InitiatorCredentials fromJaas(String entry) throws SpnegoException {
    try (Secret password = user.password()) {
      return login(new LoginRequest.FromJaas(entry, user.name(), password, handler));
    }
  }

  private InitiatorCredentials login(LoginRequest request) throws SpnegoException {
    Login login = logins.get(request);
    String described = request.describe();
    return InitiatorCredentials.of(
        login,
        login
            .client()
            .filter(client -> !described.contains(client))
            .map(client -> "as " + client + ", logged in " + described)
            .orElse(described));
  }

  private static InitiatorCredentials ofNativeLibrary() throws SpnegoException {
    if (!isNativeLibraryOn()) {
      throw new SpnegoException(
          Reason.NATIVE_GSS,
          "credentials=native: this JVM was started without -Dsun.security.jgss.native=true.",
          null);
    }
    return InitiatorCredentials.ofNativeLibrary();
  }

  private static boolean isNativeLibraryOn() {
    return Boolean.getBoolean("sun.security.jgss.native");
  }
}
