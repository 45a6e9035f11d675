package io.github.smtpspnego.credentials;

/** The choices of the setting {@code credentials}. */
public enum CredentialSource {
  /** The first source that is present. */
  AUTO,
  /** The Subject of the calling thread. */
  SUBJECT,
  /** A keytab file. */
  KEYTAB,
  /** The user and the password that the callback handler gives. */
  PASSWORD,
  /** A ticket cache file. */
  TICKETCACHE,
  /** An entry of the JVM's JAAS configuration. */
  JAAS,
  /** The native GSS library. */
  NATIVE
}
