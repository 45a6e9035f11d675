package io.github.smtpspnego.smtp;

import io.github.smtpspnego.kerberos.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;

/**
 * What a server's reply to EHLO offers for authentication (RFC 4954 section 3).
 *
 * @param mechanisms the SASL mechanisms, in capitals (RFC 4422 section 3.1)
 * @param startTls whether STARTTLS is offered (RFC 3207)
 */
record AuthOffer(List<String> mechanisms, boolean startTls) {
  AuthOffer {
    mechanisms = List.copyOf(mechanisms);
  }

  /**
   * Reads a reply to EHLO.
   *
   * @param reply its lines, with or without their codes
   */
  static AuthOffer parse(String reply) {
    List<String> mechanisms = new ArrayList<>();
    boolean startTls = false;
    for (String line : reply.split("\n", -1)) {
      String text = withoutCode(line.strip());
      // Servers older than RFC 2554 write AUTH=LOGIN.
      StringTokenizer words = new StringTokenizer(text.toUpperCase(Locale.ROOT), " \t=");
      String keyword = words.hasMoreTokens() ? words.nextToken() : "";
      startTls |= keyword.equals("STARTTLS");
      while (keyword.equals("AUTH") && words.hasMoreTokens()) {
        mechanisms.add(words.nextToken());
      }
    }
    return new AuthOffer(mechanisms, startTls);
  }

  private static String withoutCode(String line) {
    boolean hasCode =
        line.length() > 3
            && Character.isDigit(line.charAt(0))
            && (line.charAt(3) == ' ' || line.charAt(3) == '-');
    return hasCode ? line.substring(4) : line;
  }

  /** Describes the mechanisms for messages. */
  String describe() {
    return mechanisms.isEmpty()
        ? "no authentication"
        : "AUTH " + Printable.of(String.join(" ", mechanisms)) + " only";
  }
}
