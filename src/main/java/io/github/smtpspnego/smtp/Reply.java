package io.github.smtpspnego.smtp;

/**
 * An SMTP server's reply to AUTH, RFC 4954 sections 4 and 6: one line.
 *
 * @param code the reply code
 * @param enhancedStatus the enhanced status code of RFC 3463; empty where there is none
 * @param text the rest of the line: words, or base64 in a challenge
 */
public record Reply(int code, String enhancedStatus, String text) {
  private static final int CONTINUE = 334;
  private static final int SUCCESS = 235;

  static Reply challenge(String base64) {
    return new Reply(CONTINUE, "", base64);
  }

  static Reply success() {
    return new Reply(SUCCESS, "2.7.0", "Authentication successful");
  }

  /**
   * The line to send.
   *
   * @return the line without its CRLF; "334 " keeps its space where the challenge is empty
   */
  public String line() {
    return code + " " + (enhancedStatus.isEmpty() ? "" : enhancedStatus + " ") + text;
  }

  /**
   * Whether the exchange goes on: the client's next line belongs to it.
   *
   * @return true for a challenge
   */
  public boolean isContinuation() {
    return code == CONTINUE;
  }

  /**
   * Whether the client is authenticated and authorized.
   *
   * @return true for 235 alone
   */
  public boolean isSuccess() {
    return code == SUCCESS;
  }
}
