package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.KeytabFile;
import io.github.smtpspnego.kerberos.TicketCacheFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/** Finds the client's credentials that the settings mean; logs in where that takes a login. */
public final class InitiatorFinder {
  private final CredentialSettings settings;
  private final UserAndPassword user;
  private final @Nullable CallbackHandler handler;

  /**
   * Creates a finder; nothing is looked for yet.
   *
   * @param settings what to look for
   * @param handler knows the user and password, as Angus Mail's does, or null
   */
  public InitiatorFinder(CredentialSettings settings, @Nullable CallbackHandler handler) {
    this.settings = settings;
    this.user = new UserAndPassword(handler);
    this.handler = handler;
  }

  /**
   * Finds the credentials. With {@code auto}, the first that applies: a GSS credential in the
   * properties, the calling thread's Subject, keytab, JAAS entry, password, native library where it
   * is on and no ticket cache is set, ticket cache.
   *
   * @return the credentials
   * @throws SpnegoException if there are none
   */
  public InitiatorCredentials find() throws SpnegoException {
    GSSCredential credential = settings.credential.orElse(null);
    if (credential != null && settings.source == CredentialSource.AUTO) {
      return of(credential);
    }
    if (settings.means(CredentialSource.SUBJECT, true)) {
      InitiatorCredentials ofSubject = ofSubject(Subjects.current());
      if (ofSubject != null) {
        return ofSubject;
      }
      if (settings.source == CredentialSource.SUBJECT) {
        throw new SpnegoException(
            Reason.NO_CREDENTIALS,
            "Looking for the calling thread's Subject (credentials=subject): there is none with"
                + " Kerberos credentials.",
            "Run the mail code inside Subject.callAs (Subject.doAs before JDK 18).",
            null);
      }
    }
    if (settings.means(CredentialSource.KEYTAB, !settings.keytab.isEmpty())) {
      Path keytab = Path.of(settings.keytab);
      return login(LoginRequest.fromKeytab(keytab, principalOf(keytab)));
    }
    if (settings.means(CredentialSource.JAAS, !settings.jaasEntry.isEmpty())) {
      try (Secret password = user.password()) {
        return login(LoginRequest.byJaas(settings.jaasEntry, user.name(), password, handler));
      }
    }
    try (Secret password = user.password()) {
      if (settings.means(CredentialSource.PASSWORD, !password.isEmpty())) {
        return withPassword(password);
      }
    }
    if (settings.means(
        CredentialSource.NATIVE, isNativeLibraryOn() && settings.ticketCache.isEmpty())) {
      return ofNativeLibrary();
    }
    Path cache =
        settings.ticketCache.isEmpty()
            ? TicketCacheFile.ofUser()
            : TicketCacheFile.named(settings.ticketCache, "setting ticketcache");
    return login(LoginRequest.fromTicketCache(cache, settings.principal));
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

  private static @Nullable InitiatorCredentials ofSubject(@Nullable Subject subject) {
    if (subject == null
        || (subject.getPrivateCredentials(KerberosTicket.class).isEmpty()
            && subject.getPrivateCredentials(GSSCredential.class).isEmpty())) {
      return null;
    }
    String name = "";
    for (KerberosPrincipal principal : subject.getPrincipals(KerberosPrincipal.class)) {
      name = "as " + principal.getName() + " ";
    }
    return InitiatorCredentials.of(subject, name + "with the caller's Subject");
  }

  /** The principal set; else the keytab's that the mail user names; else the keytab's first. */
  private String principalOf(Path keytab) throws SpnegoException {
    if (!settings.principal.isEmpty()) {
      return settings.principal;
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
    for (String principal : principals) {
      String known = principal.toLowerCase(Locale.ROOT);
      if (known.equals(wanted) || known.startsWith(wanted + "@")) {
        return principal;
      }
    }
    return principals.get(0);
  }

  private InitiatorCredentials withPassword(Secret password) throws SpnegoException {
    String principal = settings.principal.isEmpty() ? user.name() : settings.principal;
    if (principal.isEmpty() || password.isEmpty()) {
      throw new SpnegoException(
          Reason.NO_CREDENTIALS,
          "Logging in with a password: no "
              + (principal.isEmpty() ? "user" : "password")
              + " was given.",
          "Give both to connect(user, password), or use another source of credentials.",
          null);
    }
    return login(LoginRequest.withPassword(principal, password));
  }

  private static InitiatorCredentials login(LoginRequest request) throws SpnegoException {
    Login login = LoginCache.shared().get(request);
    return InitiatorCredentials.of(login, () -> describe(login, request));
  }

  private static String describe(Login login, LoginRequest request) {
    String described = request.describe();
    return described.contains(login.client)
        ? described
        : "as " + login.client + ", logged in " + described;
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

  static boolean isNativeLibraryOn() {
    return Boolean.getBoolean("sun.security.jgss.native");
  }
}
