package io.github.smtpspnego.smtp;

import io.github.smtpspnego.kerberos.Printable;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server's reply to a command, as the client received it (RFC 5321 section 4.2).
 *
 * @param code the three digits of the last line; -1 if it does not begin with a code
 * @param text what follows the code in the last line, stripped
 * @param lines all lines
 */
record ServerReply(int code, String text, String lines) {
  /** What Angus Mail returns for a reply if the connection was closed. */
  private static final String END = "[EOF]";

  /**
   * Reads a reply.
   *
   * @param reply its lines with their codes, separated by line ends; null or empty if the
   *     connection was closed
   */
  static ServerReply parse(@Nullable String reply) {
    if (reply == null || reply.isEmpty() || reply.equals(END)) {
      return new ServerReply(-1, "", END);
    }
    String lines = reply.strip();
    String last = lines.substring(lines.lastIndexOf('\n') + 1);
    return new ServerReply(code(last), last.length() > 4 ? last.substring(4).strip() : "", lines);
  }

  private static int code(String line) {
    int code = 0;
    for (int i = 0; i < 3; i++) {
      int digit = i < line.length() ? line.charAt(i) - '0' : -1;
      if (digit < 0 || digit > 9) {
        return -1;
      }
      code = 10 * code + digit;
    }
    return line.length() == 3 || line.charAt(3) == ' ' ? code : -1;
  }

  /** Whether the exchange continues (RFC 4954 section 4). */
  boolean isChallenge() {
    return code == AuthReplies.CONTINUE;
  }

  /** Whether the server reports success (RFC 4954 section 6). */
  boolean isSuccess() {
    return code == AuthReplies.SUCCEEDED;
  }

  /** Whether the connection was closed without a reply. */
  boolean isEnd() {
    return lines.equals(END);
  }

  /** The octets of a challenge; empty if its text is not base64. */
  Optional<byte[]> challenge() {
    return AuthLine.decode(text);
  }

  /** Whether the reply contains these words, which are in lower case. */
  boolean says(String words) {
    return lines.toLowerCase(Locale.ROOT).contains(words);
  }

  /** Describes the reply for messages. A challenge is not shown, since it may contain a token. */
  String describe() {
    if (isChallenge()) {
      return "334 with a challenge of "
          + text.length()
          + (challenge().isPresent() ? " characters" : " characters that is not base64");
    }
    return "\"" + Printable.reply(lines) + "\"";
  }
}
