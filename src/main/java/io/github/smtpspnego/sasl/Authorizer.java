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

/** Decides whom an authenticated client may act as. */
public interface Authorizer {
  /** A client may act only as itself. */
  Authorizer ITSELF =
      (client, identity) -> identity.equals(client) ? Optional.of(client) : Optional.empty();

  /** The name of an anonymous client: RFC 8062 section 3. */
  String ANONYMOUS = "WELLKNOWN/ANONYMOUS@";

  /**
   * The program's decision.
   *
   * @param client the client's principal with its realm
   * @param identity the identity that it requests; the principal if it requests none, or itself
   * @return the identity that it acts as; empty if it may not
   * @throws IOException if no decision could be made
   */
  Optional<String> localUser(String client, String identity) throws IOException;

  /**
   * Creates an authorizer that calls a handler with an {@link AuthorizeCallback}. If the handler
   * throws an exception, no decision could be made.
   *
   * @param handler the handler; null for none, so that a client may act only as itself
   */
  static Authorizer of(@Nullable CallbackHandler handler) {
    if (handler == null) {
      return ITSELF;
    }
    return (client, identity) -> {
      AuthorizeCallback callback = new AuthorizeCallback(client, identity);
      try {
        handler.handle(new Callback[] {callback});
      } catch (UnsupportedCallbackException e) {
        throw new IOException("the callback handler does not know AuthorizeCallback", e);
      }
      return callback.isAuthorized()
          ? Optional.ofNullable(callback.getAuthorizedID())
          : Optional.empty();
    };
  }

  /**
   * Refuses anonymous clients and names with control characters, and asks the program about all
   * others.
   *
   * @param program decides for the program
   * @param client the client's principal
   * @param keyRealm the realm of the server's key. A client of this realm may request itself
   *     without the realm, as Angus Mail with the JDK's client and Cyrus SASL's clients do
   * @param requested the requested identity; empty for the client itself
   * @return the identity that the client acts as
   * @throws SpnegoException with {@link Reason#NOT_AUTHORIZED} if the client may not, with {@link
   *     Reason#UNDECIDED} if no decision could be made
   */
  static String grant(Authorizer program, String client, String keyRealm, String requested)
      throws SpnegoException {
    String name = requested.isEmpty() ? client : requested;
    String identity = client.equals(name + "@" + keyRealm) ? client : name;
    if (client.startsWith(ANONYMOUS) || Printable.hasControls(client + identity)) {
      throw refused(client, identity);
    }
    Optional<String> granted;
    try {
      granted = program.localUser(client, identity);
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
    if (granted.isEmpty()) {
      throw refused(client, identity);
    }
    return granted.get();
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
