package io.github.smtpspnego.mail;

import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An SMTP reply (RFC 5321 section 4.2) with its enhanced status code (RFC 2034), if it has one.
 *
 * @param code the three digits; -1 where the connection was closed or nothing of that kind came
 * @param status the enhanced status code, {@code 5.7.8} say
 * @param text what follows the digits of the last line, without blanks around it
 * @param lines all of it on one line, for messages
 */
record ServerReply(int code, Optional<String> status, String text, String lines) {
  /** Go on (RFC 4954 section 4): the text is a challenge in base64. */
  static final int CHALLENGE = 334;

  /** Success (RFC 4954 section 6). */
  static final int SUCCESS = 235;

  private static final Pattern STATUS = Pattern.compile("\\d{3}[ -](\\d\\.\\d{1,3}\\.\\d{1,3})\\b");
  private static final int LONGEST_SHOWN = 300;

  /**
   * Reads what Angus Mail keeps of a reply.
   *
   * @param code its code
   * @param response its lines, each with a newline at its end
   */
  static ServerReply of(int code, String response) {
    String all = response.strip();
    String last = all.substring(all.lastIndexOf('\n') + 1);
    Matcher status = STATUS.matcher(all);
    return new ServerReply(
        code,
        status.lookingAt() ? Optional.of(status.group(1)) : Optional.empty(),
        last.length() > 4 ? last.substring(4).strip() : "",
        all.replaceAll("\\s*\\n", " / "));
  }

  boolean isChallenge() {
    return code == CHALLENGE;
  }

  boolean isSuccess() {
    return code == SUCCESS;
  }

  /** Whether the text is a challenge; Exchange prompts with plain text. */
  boolean isBase64() {
    try {
      Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  boolean hasStatus(String wanted) {
    return status.filter(wanted::equals).isPresent();
  }

  boolean says(String words) {
    return lines.toLowerCase(Locale.ROOT).contains(words);
  }

  /** The reply for messages. A challenge may hold a token, and is not shown. */
  String describe() {
    if (isChallenge()) {
      return "334 with a challenge of " + text.length() + " characters";
    }
    String shown = lines.replaceAll("\\p{Cntrl}", "?");
    return "\""
        + (shown.length() > LONGEST_SHOWN ? shown.substring(0, LONGEST_SHOWN) + "..." : shown)
        + "\"";
  }
}
