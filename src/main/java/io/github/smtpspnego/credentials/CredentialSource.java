package io.github.smtpspnego.credentials;

/** The choices of the setting {@code credentials}. */
public enum CredentialSource {
  /** The first that applies. */
  AUTO,
  /** The Subject of the calling thread. */
  SUBJECT,
  /** A keytab file. */
  KEYTAB,
  /** The user and password of the callback handler. */
  PASSWORD,
  /** A ticket cache file. */
  TICKETCACHE,
  /** An entry of the JVM's JAAS configuration. */
  JAAS,
  /** The native GSS library's own. */
  NATIVE
}
