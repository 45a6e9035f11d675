package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.io.IOException;
import java.util.Arrays;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.jspecify.annotations.Nullable;

/** Asks a callback handler for the user and the password. It is not an error if it has none. */
public final class UserAndPassword {
  private final @Nullable CallbackHandler handler;

  /** Creates an object that asks the handler, which may be null. Nothing is asked yet. */
  public UserAndPassword(@Nullable CallbackHandler handler) {
    this.handler = handler;
  }

  /** Asks for the user's name; empty if there is none. */
  public String name() throws SpnegoException {
    NameCallback callback = new NameCallback("user");
    return ask(callback) && callback.getName() != null ? callback.getName() : "";
  }

  /** Asks for the password. The result must be closed. */
  Secret password() throws SpnegoException {
    PasswordCallback callback = new PasswordCallback("password", false);
    char[] answer = ask(callback) ? callback.getPassword() : null;
    try {
      return new Secret(answer);
    } finally {
      if (answer != null) {
        Arrays.fill(answer, '\0');
      }
      callback.clearPassword();
    }
  }

  private boolean ask(Callback callback) throws SpnegoException {
    if (handler == null) {
      return false;
    }
    try {
      handler.handle(new Callback[] {callback});
      return true;
    } catch (UnsupportedCallbackException e) {
      return false; // no answer; the caller reports it if it needs one
    } catch (IOException | RuntimeException e) {
      // Without this the mail would be sent with other credentials, and as somebody else.
      throw new SpnegoException(
          Reason.NO_CREDENTIALS,
          "Asking the program's callback handler: it threw " + e.getClass().getName() + ".",
          "Correct the program's Authenticator or CallbackHandler.",
          e);
    }
  }
}
