package io.github.smtpspnego.gss;

import org.ietf.jgss.GSSManager;

/**
 * The JDK's GSS-API.
 *
 * <p>Each new {@link GSSManager} reads every entry of every security provider, and makes its
 * mechanisms anew: more than all else that an exchange does besides cryptography. This one does it
 * once. Threads may share it: contexts and names are made under its own lock, and keep no other
 * state in it.
 */
final class Gss {
  static final GSSManager MANAGER = GSSManager.getInstance();

  private Gss() {}
}
