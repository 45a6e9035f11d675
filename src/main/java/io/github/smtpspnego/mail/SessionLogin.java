package io.github.smtpspnego.mail;

import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.jspecify.annotations.Nullable;

/**
 * The user and the password for one connection. The program's {@link jakarta.mail.Authenticator} is
 * asked at most once, and only where a password can be used.
 */
final class SessionLogin implements CallbackHandler {
  private final Session session;
  private final @Nullable URLName server;
  private final String protocol;

  private @Nullable String user;
  private @Nullable String password;
  private boolean isAsked;
  private boolean isUsed;
  private boolean isKept;

  /**
   * Creates a login. The Authenticator is not asked yet.
   *
   * @param server the key under which the Session stores passwords; null for none
   * @param user the user's name, or null
   * @param password the password that the program passed, or null
   */
  SessionLogin(
      Session session,
      @Nullable URLName server,
      String protocol,
      @Nullable String user,
      @Nullable String password) {
    this.session = session;
    this.server = server;
    this.protocol = protocol;
    this.user = user;
    this.password = password;
  }

  /** The user's name; empty if none is known. */
  String user() {
    return user == null ? "" : user;
  }

  /** The password; empty if none is known. */
  String password() {
    return password == null ? "" : password;
  }

  boolean hasPassword() {
    return !password().isEmpty();
  }

  /**
   * Whether the password was used, and was given by the program or kept in the Session: the
   * Authenticator may give another one.
   */
  boolean isReplaceable() {
    return isUsed && (!isAsked || isKept);
  }

  /** Removes a wrong password from the Session. */
  void forget() {
    if (isKept && server != null) {
      session.setPasswordAuthentication(server, null);
    }
  }

  /**
   * Reads the password that the Session stores, or asks the program's Authenticator. Jakarta Mail
   * asks only after a failed attempt. An attempt without a password would use the ticket cache,
   * possibly with another identity.
   */
  void ask() {
    if (password != null || isAsked) {
      return;
    }
    isAsked = true;
    PasswordAuthentication kept = server == null ? null : session.getPasswordAuthentication(server);
    isKept = kept != null && kept.getPassword() != null && isOfThisUser(kept);
    PasswordAuthentication answer =
        isKept
            ? kept
            : session.requestPasswordAuthentication(
                address(), server == null ? -1 : server.getPort(), protocol, null, user);
    if (answer != null) {
      user = answer.getUserName();
      password = answer.getPassword();
    }
  }

  /** Whether the program named no other user; Jakarta Mail then takes the operating system's. */
  private boolean isOfThisUser(PasswordAuthentication kept) {
    return user == null
        || user.equals(kept.getUserName())
        || user.equals(System.getProperty("user.name"));
  }

  /** Stores the Authenticator's answer in the Session, as Jakarta Mail does after a success. */
  void keep() {
    if (isAsked && password != null && server != null) {
      session.setPasswordAuthentication(server, new PasswordAuthentication(user, password));
    }
  }

  private @Nullable InetAddress address() {
    if (server == null) {
      return null;
    }
    try {
      return InetAddress.getByName(server.getHost());
    } catch (UnknownHostException e) {
      return null; // connecting reports it
    }
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name) {
        if (!user().isEmpty()) {
          name.setName(user());
        }
      } else if (callback instanceof PasswordCallback wanted) {
        ask();
        isUsed = true;
        wanted.setPassword(password().toCharArray());
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }
}
