package io.github.smtpspnego.credentials;

import io.github.smtpspnego.gss.TargetName;
import java.util.Optional;
import javax.security.auth.Subject;
import javax.security.sasl.SaslException;
import org.ietf.jgss.GSSCredential;
import org.jspecify.annotations.Nullable;

/** The credentials of one exchange: a Subject to act as, a GSS credential, or the JVM's own. */
public final class InitiatorCredentials {
  /**
   * Something to do with the credentials.
   *
   * @param <T> what comes of it
   */
  public interface Action<T> {
    /**
     * Does it.
     *
     * @return what comes of it
     * @throws SaslException if it does not succeed
     */
    T run() throws SaslException;
  }

  private final String description;
  private final @Nullable Subject subject;
  private final @Nullable GSSCredential credential;
  private final @Nullable ServiceTickets tickets;

  private InitiatorCredentials(
      String description,
      @Nullable Subject subject,
      @Nullable GSSCredential credential,
      @Nullable ServiceTickets tickets) {
    this.description = description;
    this.subject = subject;
    this.credential = credential;
    this.tickets = tickets;
  }

  static InitiatorCredentials of(Login login, String description) {
    return new InitiatorCredentials(description, login.subject(), null, login.tickets());
  }

  static InitiatorCredentials ofCaller(Subject subject, String description) {
    return new InitiatorCredentials(description, subject, null, new ServiceTickets(subject));
  }

  static InitiatorCredentials of(GSSCredential credential, String description) {
    return new InitiatorCredentials(description, null, credential, null);
  }

  static InitiatorCredentials ofNativeLibrary() {
    return new InitiatorCredentials("with the native GSS library's credentials", null, null, null);
  }

  /**
   * Whose credentials these are and where they come from, to follow a verb.
   *
   * @return "as alice@REALM from the keytab /etc/mail.keytab"
   */
  public String describe() {
    return description;
  }

  /**
   * The GSS credential to hand to the context.
   *
   * @return the caller's own; empty where the Subject's are meant
   */
  public Optional<GSSCredential> credential() {
    return Optional.ofNullable(credential);
  }

  /**
   * Does something as the Subject whose credentials these are.
   *
   * @param action what to do
   * @param <T> what comes of it
   * @return what comes of it
   * @throws SaslException if the action throws it
   */
  public <T> T run(Action<T> action) throws SaslException {
    return subject == null ? action.run() : Subjects.runAs(subject, action::run);
  }

  /**
   * Begins an exchange with a server.
   *
   * @param target the server's name
   * @return to be told how the exchange ends
   */
  public TicketAttempt begin(TargetName target) {
    return tickets == null ? TicketAttempt.UNTRACKED : tickets.begin(target);
  }
}
