package io.github.smtpspnego.credentials;

import java.io.IOException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.jspecify.annotations.Nullable;

/** Answers the callbacks of a login's modules without the console. */
final class Answers implements CallbackHandler {
  private final String user;
  private final @Nullable Secret password;
  private final @Nullable CallbackHandler others;

  /** Whether the login must not be shared with other callers. */
  boolean arePersonal;

  /**
   * Creates a handler.
   *
   * @param others is called for everything but the user and the password; null for none
   */
  Answers(String user, @Nullable Secret password, @Nullable CallbackHandler others) {
    this.user = user;
    this.password = password;
    this.others = others;
  }

  @Override
  public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name && !user.isEmpty()) {
        name.setName(user);
      } else if (callback instanceof PasswordCallback secret && password != null) {
        secret.setPassword(password.isEmpty() ? null : password.chars());
      } else if (others == null) {
        throw new UnsupportedCallbackException(callback, "nobody is there to be asked");
      } else if (!(callback instanceof NameCallback)) { // a name that is not known stays unset
        arePersonal = true;
        others.handle(new Callback[] {callback});
      }
    }
  }
}
