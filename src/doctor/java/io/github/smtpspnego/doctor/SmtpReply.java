package io.github.smtpspnego.doctor;

import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A server's reply (RFC 5321 section 4.2).
 *
 * @param code its three digits
 * @param lines what follows the digits, a text for each line
 */
record SmtpReply(int code, List<String> lines) {
  static final int READY = 220;
  static final int SUCCESS = 235;
  static final int DONE = 250;
  static final int CHALLENGE = 334;

  /** The last line's text, which is a challenge in base64 after 334. */
  String text() {
    return lines.get(lines.size() - 1).strip();
  }

  boolean isBase64() {
    try {
      Base64.getDecoder().decode(text());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The reply as it came, a line each. */
  String raw() {
    return lines.stream().map(line -> code + " " + line).collect(Collectors.joining("\n"));
  }

  /** The reply on one line; a challenge may be a token, and is not shown. */
  @Override
  public String toString() {
    return code == CHALLENGE && isBase64()
        ? code + " with a challenge of " + text().length() + " characters"
        : code + " " + String.join(" / ", lines);
  }
}
