package io.github.smtpspnego.doctor;

import io.github.smtpspnego.kerberos.Printable;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A server's reply (RFC 5321 section 4.2).
 *
 * @param code the three digits; -1 if it has none
 * @param lines what follows the digits in each line
 */
record SmtpReply(int code, List<String> lines) {
  static final int READY = 220;
  static final int DONE = 250;
  static final int CHALLENGE = 334;

  /** What Angus Mail returns for a reply if the connection was closed. */
  private static final String END = "[EOF]";

  /** Reads the lines of a reply. */
  static SmtpReply of(String reply) {
    List<String> lines = reply.lines().toList();
    String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    if (last.matches("\\d{3}([ -].*)?")) {
      return new SmtpReply(
          Integer.parseInt(last.substring(0, 3)),
          lines.stream().map(line -> line.length() > 4 ? line.substring(4) : "").toList());
    }
    String text = last.isEmpty() || last.equals(END) ? "the end of the connection" : last;
    return new SmtpReply(-1, List.of(text));
  }

  /** A challenge's octets; empty if it is not base64, as Exchange's first one. */
  Optional<byte[]> challenge() {
    try {
      return Optional.of(Base64.getDecoder().decode(lines.get(lines.size() - 1).strip()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The parameters of an extension in the reply to EHLO; empty if it is not offered. */
  Optional<String> extension(String name) {
    return lines.stream()
        .skip(1)
        .map(String::strip)
        .filter(line -> line.split("[ =]", 2)[0].equalsIgnoreCase(name))
        .map(line -> line.substring(name.length()).replace('=', ' ').strip())
        .findFirst();
  }

  /** The mechanisms that AUTH offers, in capitals. */
  List<String> mechanisms() {
    return extension("AUTH")
        .map(names -> List.of(names.toUpperCase(Locale.ROOT).split(" +", -1)))
        .orElse(List.of());
  }

  /** The reply on one line. A challenge is not shown, since it may be a token. */
  @Override
  public String toString() {
    if (code == CHALLENGE && challenge().isPresent()) {
      return "334 with a challenge";
    }
    return (code < 0 ? "" : code + " ") + Printable.withoutTokens(String.join(" / ", lines));
  }
}
