package io.github.smtpspnego.credentials;

/**
 * Forgets all logins. The root package creates it by name, because it depends on no other package.
 */
public final class Logout implements Runnable {
  /** Called by {@code SpnegoProvider}. */
  public Logout() {}

  @Override
  public void run() {
    LoginCache.shared().clear();
  }
}
