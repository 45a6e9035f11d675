package io.github.smtpspnego.credentials;

import io.github.smtpspnego.SpnegoException;
import java.util.Optional;
import javax.security.auth.Subject;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a server: a Subject's, a keytab's, a GSS credential's, or the native library's.
 *
 * <p>They hold no state of an exchange. A keytab's need no login and no KDC: the JDK reads the file
 * when a ticket comes, and again when the file has changed.
 */
public final class AcceptorCredentials {
  private final String description;
  private final @Nullable Subject subject;
  private final @Nullable GSSCredential credential;
  private final @Nullable AcceptorKeytab keytab;

  private AcceptorCredentials(
      String description,
      @Nullable Subject subject,
      @Nullable GSSCredential credential,
      @Nullable AcceptorKeytab keytab) {
    this.description = description;
    this.subject = subject;
    this.credential = credential;
    this.keytab = keytab;
  }

  static AcceptorCredentials of(AcceptorKeytab keytab) throws SpnegoException {
    return new AcceptorCredentials(keytab.describe(), keytab.subject(), null, keytab);
  }

  static AcceptorCredentials of(Subject subject, String description) {
    return new AcceptorCredentials(description, subject, null, null);
  }

  static AcceptorCredentials of(GSSCredential credential, String description) {
    return new AcceptorCredentials(description, null, credential, null);
  }

  static AcceptorCredentials ofNativeLibrary() {
    return new AcceptorCredentials("with the native GSS library's keytab", null, null, null);
  }

  /**
   * Where the keys come from, to follow a verb.
   *
   * @return "with the keytab /etc/mail.keytab"
   */
  public String describe() {
    return description;
  }

  /**
   * Which keys there are.
   *
   * @return a sentence, empty where it is not known
   */
  public String keys() {
    return keytab == null ? "" : keytab.contents();
  }

  /**
   * What is wrong with the keys themselves, looked at after a ticket could not be read: a file that
   * is just being written must not fail an exchange that the JDK can still serve.
   *
   * @param failure what happened
   * @return the exception to throw in its place; empty where the keys are as they should be
   */
  public Optional<SpnegoException> fault(SpnegoException failure) {
    return keytab == null ? Optional.empty() : keytab.fault(failure);
  }

  /**
   * The GSS credential to hand to the context.
   *
   * @return the caller's own; empty where the Subject's keys are meant
   */
  public Optional<GSSCredential> credential() {
    return Optional.ofNullable(credential);
  }

  /**
   * Does something as the Subject whose keys these are.
   *
   * @param action what to do
   * @param <T> what comes of it
   * @return what comes of it
   * @throws SaslException if the action throws it
   */
  public <T> T run(InitiatorCredentials.Action<T> action) throws SaslException {
    return subject == null ? action.run() : Subjects.runAs(subject, action::run);
  }
}
