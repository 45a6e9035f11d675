package io.github.smtpspnego.smtp;

/**
 * Sees the lines of an SMTP dialogue as they go over the wire, before TLS and under it: what a
 * diagnosis shows.
 *
 * <p>The mail transport calls the object that stands in the Session's properties under {@link
 * #PROPERTY}, on the thread that uses the transport. The lines hold tokens, and a password where
 * another mechanism sends one: they are not for logs.
 */
public interface DialogueObserver {
  /** The name of the Session's property whose value is the observer. */
  String PROPERTY = "io.github.smtpspnego.observer";

  /**
   * A line is about to be sent.
   *
   * @param line a command or a response in base64, without its CRLF
   */
  void sent(String line);

  /**
   * A reply has come; the first one is the greeting.
   *
   * @param reply its lines with their codes, each but the last followed by a newline; without a
   *     code where the server closed the connection
   */
  void received(String reply);
}
