package io.github.smtpspnego.credentials;

/** Forgets all logins; made by its name, since what calls it knows no other package. */
public final class Logout implements Runnable {
  /** For the security provider. */
  public Logout() {}

  @Override
  public void run() {
    LoginCache.shared().clear();
  }
}
