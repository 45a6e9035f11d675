package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoOption;
import io.github.smtpspnego.kerberos.PrincipalText;
import io.github.smtpspnego.kerberos.TicketCacheFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client's credentials according to the settings, and logs in where that is necessary.
 */
public final class InitiatorFinder {
  private final CredentialSettings settings;
  private final UserAndPassword user;
  private final @Nullable CallbackHandler handler;

  /**
   * Creates a finder. Nothing is looked up yet.
   *
   * @param handler gives the user and the password, or null; it is asked for the password only
   *     where a password would be used
   */
  public InitiatorFinder(CredentialSettings settings, @Nullable CallbackHandler handler) {
    this.settings = settings;
    this.user = new UserAndPassword(handler);
    this.handler = handler;
  }

  /**
   * Finds the credentials. With {@code credentials=auto}, the first of these sources that is
   * present is used: a GSS credential in the properties, a keytab, a JAAS entry, a password, a
   * ticket cache that is set. After these explicit sources come the ambient ones: the calling
   * thread's Subject if its credentials are still valid, the native library if it is on, the user's
   * default ticket cache.
   *
   * @throws SpnegoException if there are none, or they are not those of the principal that is set
   */
  public InitiatorCredentials find() throws SpnegoException {
    try {
      InitiatorCredentials own = search();
      return settings.impersonate.isEmpty() || own.isImpersonated
          ? own
          : Impersonation.of(own, settings.impersonate);
    } catch (SpnegoException e) {
      throw e.forProtocol(settings.protocol);
    }
  }

  private InitiatorCredentials search() throws SpnegoException {
    if (!settings.impersonate.isEmpty()) {
      NativeLibrary.checkOff(settings, "the setting impersonate");
    }
    if (settings.credential != null) {
      return of(settings.credential);
    }
    if (settings.keytab != null && settings.selects(CredentialSource.KEYTAB, true)) {
      NativeLibrary.checkOff(settings, "a keytab");
      return login(LoginRequest.fromKeytab(settings.keytab, principalIn(settings.keytab)));
    }
    if (settings.selects(CredentialSource.JAAS, !settings.jaasEntry.isEmpty())) {
      NativeLibrary.checkOff(settings, "the login of a JAAS entry");
      try (Secret password = user.password()) {
        return login(LoginRequest.byJaas(settings.jaasEntry, user.name(), password, handler));
      }
    }
    if (settings.selects(CredentialSource.PASSWORD, true)) {
      try (Secret password = user.password()) {
        if (settings.selects(CredentialSource.PASSWORD, !password.isEmpty())) {
          NativeLibrary.checkOff(settings, "a password");
          return withPassword(password);
        }
      }
    }
    if (settings.selects(CredentialSource.TICKETCACHE, !settings.ticketCache.isEmpty())) {
      return fromTicketCache();
    }
    if (settings.selects(CredentialSource.SUBJECT, true)) {
      InitiatorCredentials ofSubject = ofSubject(Subjects.current());
      if (ofSubject != null) {
        return ofSubject;
      }
    }
    return settings.selects(CredentialSource.NATIVE, NativeLibrary.isOn())
        ? NativeLibrary.credentials(settings)
        : fromTicketCache();
  }

  private InitiatorCredentials of(GSSCredential credential) throws SpnegoException {
    NamedCredential named;
    try {
      named = NamedCredential.of(credential);
    } catch (GSSException | RuntimeException e) {
      throw new SpnegoException(
          Reason.NO_CREDENTIALS,
          "The GSS credential in " + Sasl.CREDENTIALS + " cannot be used.",
          "Hand over one that is valid, for initiating, and not disposed.",
          e);
    }
    if (!named.isValid()) {
      throw new SpnegoException(
          Reason.TICKET_EXPIRED,
          "The GSS credential of " + named.name() + " in " + Sasl.CREDENTIALS + " has expired.",
          "Hand over one that is valid.",
          null);
    }
    String origin = "with the caller's GSS credential";
    if (!settings.matchesPrincipal(named.name())) {
      throw settings.wrongPrincipal(named.name(), origin);
    }
    return InitiatorCredentials.of(named.name(), origin, credential, null);
  }

  private @Nullable InitiatorCredentials ofSubject(@Nullable Subject subject)
      throws SpnegoException {
    SubjectCredentials held =
        subject == null ? null : new SubjectCredentials(subject, "with the caller's Subject");
    InitiatorCredentials good = held == null ? null : held.good(settings);
    if (good != null || settings.source != CredentialSource.SUBJECT) {
      return good;
    }
    String tried = "Looking for the calling thread's Subject (credentials=subject): ";
    if (held != null && !held.expired().isEmpty()) {
      throw new SpnegoException(
          Reason.TICKET_EXPIRED,
          tried + "its credentials have expired: " + held.expired() + ".",
          "Have the program log in again before its tickets expire.",
          null);
    }
    throw new SpnegoException(
        Reason.NO_CREDENTIALS,
        tried + "there is none with Kerberos credentials.",
        "Run the mail code inside Subject.callAs (Subject.doAs before JDK 18).",
        null);
  }

  /**
   * The principal that is set; otherwise the one in the keytab that the mail user names; otherwise
   * the first one in the keytab.
   */
  private String principalIn(Path keytab) throws SpnegoException {
    if (!settings.principal.isEmpty()) {
      return settings.principal;
    }
    Set<String> owners;
    try {
      owners = SharedKeytab.of(keytab).keys().keySet();
    } catch (IOException e) {
      throw new SpnegoException(
          Reason.KEYTAB, "Reading the keytab " + keytab + ": " + e.getMessage() + ".", null);
    }
    String name = user.name();
    String wanted = name.substring(name.indexOf('\\') + 1);
    String found = "";
    for (String owner : owners) {
      String held = wanted.contains("@") ? owner : PrincipalText.withoutRealm(owner);
      if (held.equals(wanted)) {
        return owner;
      }
      found = found.isEmpty() && held.equalsIgnoreCase(wanted) ? owner : found;
    }
    return found.isEmpty() ? owners.iterator().next() : found;
  }

  private InitiatorCredentials withPassword(Secret password) throws SpnegoException {
    String principal =
        settings.principal.isEmpty()
            ? UserName.principal(user.name(), settings.realm)
            : settings.principal;
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

  /** The ticket cache that is set; otherwise the user's default one. */
  private InitiatorCredentials fromTicketCache() throws SpnegoException {
    String name = settings.ticketCache;
    if (NativeLibrary.isOn() && (name.isEmpty() || NativeLibrary.isDefaultCache(name))) {
      return NativeLibrary.credentials(settings);
    }
    NativeLibrary.checkOff(settings, "another ticket cache than its default");
    Path cache =
        name.isEmpty()
            ? TicketCacheFile.ofUser()
            : TicketCacheFile.named(
                name, "property " + settings.property(SpnegoOption.TICKETCACHE));
    LoginRequest request = LoginRequest.fromTicketCache(cache);
    try {
      return login(request);
    } catch (SpnegoException e) {
      // A cache without a valid ticket still contains the name of its owner.
      Optional<String> owner =
          settings.principal.isEmpty() || cache == null
              ? Optional.empty()
              : TicketCacheFile.defaultPrincipal(cache);
      if (owner.isPresent() && !settings.matchesPrincipal(owner.get())) {
        throw settings.wrongPrincipal(owner.get(), request.origin());
      }
      throw e;
    }
  }

  private InitiatorCredentials login(LoginRequest request) throws SpnegoException {
    Login login = LoginCache.shared().get(request);
    InitiatorCredentials found = login.credentials(request);
    if (found == null) {
      found = new SubjectCredentials(login.subject, request.origin()).good(settings);
    } else if (!request.namesClient() && !settings.matchesPrincipal(found.name)) {
      throw settings.wrongPrincipal(found.name, request.origin());
    } else if (!settings.impersonate.isEmpty()) {
      LoginRequest other = request.as(settings.impersonate);
      found = LoginCache.shared().get(other).credentials(other);
    }
    if (found == null) {
      throw request.withoutTicket();
    }
    return found;
  }
}
