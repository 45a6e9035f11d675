package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.kerberos.Printable;
import java.io.IOException;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import org.jspecify.annotations.Nullable;

/** Decides whom a proved client may act as. */
public final class Authorizer {
  /** A client acts as itself and as nobody else. */
  public static final Decision ITSELF =
      (client, identity) -> identity.equals(client) ? Optional.of(client) : Optional.empty();

  /** RFC 8062 section 3: the name of a client that does not give its own. */
  private static final String ANONYMOUS = "WELLKNOWN/ANONYMOUS@";

  private final Decision decision;

  /** What the program decides. */
  public interface Decision {
    /**
     * Decides.
     *
     * @param client the client's principal with its realm
     * @param identity the identity that it wants to act as; the principal where it named none, or
     *     itself
     * @return whom it acts as, empty where it may not
     * @throws IOException if that could not be found out
     */
    Optional<String> localUser(String client, String identity) throws IOException;
  }

  /**
   * Creates an authorization.
   *
   * @param decision what the program decides
   */
  public Authorizer(Decision decision) {
    this.decision = decision;
  }

  /**
   * The authorization of a callback handler. A handler must say yes to an {@link
   * AuthorizeCallback}; one that throws an exception could not decide.
   *
   * @param handler the handler; null for none, so that a client acts as itself
   */
  static Authorizer of(@Nullable CallbackHandler handler) {
    if (handler == null) {
      return new Authorizer(ITSELF);
    }
    return new Authorizer(
        (client, identity) -> {
          AuthorizeCallback callback = new AuthorizeCallback(client, identity);
          try {
            handler.handle(new Callback[] {callback});
          } catch (UnsupportedCallbackException e) {
            throw new IOException("the callback handler does not know AuthorizeCallback", e);
          }
          return callback.isAuthorized()
              ? Optional.ofNullable(callback.getAuthorizedID())
              : Optional.empty();
        });
  }

  /**
   * Decides.
   *
   * @param client the client's principal
   * @param keyRealm the realm of the server's key; a client of this realm may name itself without
   *     it, as Angus Mail with the JDK's client and Cyrus SASL's clients do
   * @param requested the identity to act as; empty for the client's own
   * @return the identity granted
   * @throws SpnegoException with {@link Reason#NOT_AUTHORIZED} if it is not granted, with {@link
   *     Reason#UNDECIDED} if that could not be found out
   */
  String grant(String client, String keyRealm, Optional<String> requested) throws SpnegoException {
    String identity =
        requested.filter(name -> !client.equals(name + "@" + keyRealm)).orElse(client);
    if (client.startsWith(ANONYMOUS) || Printable.hasControls(client + identity)) {
      throw refused(client, identity);
    }
    Optional<String> granted;
    try {
      granted = decision.localUser(client, identity);
    } catch (IOException | RuntimeException e) {
      throw new SpnegoException(
          Reason.UNDECIDED,
          "The client "
              + Printable.of(client)
              + " is authenticated, and it could not be decided whether it may act as "
              + Printable.of(identity)
              + " ("
              + Printable.of(e.toString())
              + ").",
          e);
    }
    return granted.orElseThrow(() -> refused(client, identity));
  }

  private static SpnegoException refused(String client, String identity) {
    return new SpnegoException(
        Reason.NOT_AUTHORIZED,
        "The client "
            + Printable.of(client)
            + " is authenticated, but may not act as "
            + Printable.of(identity)
            + ".",
        null);
  }
}
