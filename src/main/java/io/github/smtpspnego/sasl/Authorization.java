package io.github.smtpspnego.sasl;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Printable;
import java.io.IOException;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import org.jspecify.annotations.Nullable;

/**
 * Decides whom a proved client may act as.
 *
 * <p>A callback handler must say yes: one that fails, or does not know the callback, has not.
 * Without a handler a client may act as itself.
 */
public final class Authorization {
  /** RFC 8062 section 3: the name of a client that does not give its own. */
  private static final String ANONYMOUS = "WELLKNOWN/ANONYMOUS@";

  private final @Nullable CallbackHandler handler;

  /**
   * Creates a decision.
   *
   * @param handler is asked with an {@code AuthorizeCallback}; null: a client may act as itself
   */
  public Authorization(@Nullable CallbackHandler handler) {
    this.handler = handler;
  }

  /**
   * Decides.
   *
   * @param client the client's principal
   * @param requested the identity to act as; empty for the client's own
   * @return the identity granted
   * @throws SpnegoException with {@link Reason#NOT_AUTHORIZED} if it is not granted
   */
  String grant(String client, Optional<String> requested) throws SpnegoException {
    String identity = requested.orElse(client);
    if (client.startsWith(ANONYMOUS) || Printable.hasControls(identity)) {
      throw refused(client, identity, null);
    }
    if (handler == null) {
      if (identity.equals(client)) {
        return client;
      }
      throw refused(client, identity, null);
    }
    AuthorizeCallback callback = new AuthorizeCallback(client, identity);
    try {
      handler.handle(new Callback[] {callback});
    } catch (IOException | UnsupportedCallbackException | RuntimeException e) {
      throw refused(client, identity, e);
    }
    String granted = callback.getAuthorizedID(); // null where it is not authorized
    if (!callback.isAuthorized() || granted == null) {
      throw refused(client, identity, null);
    }
    return granted;
  }

  private static SpnegoException refused(
      String client, String identity, @Nullable Exception cause) {
    return new SpnegoException(
        Reason.NOT_AUTHORIZED,
        "The client "
            + Printable.of(client)
            + " is authenticated, but may not act as "
            + Printable.of(identity)
            + (cause == null ? "." : ": the callback handler could not tell."),
        cause);
  }
}
