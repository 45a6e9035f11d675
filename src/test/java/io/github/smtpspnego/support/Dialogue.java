package io.github.smtpspnego.support;

import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.security.auth.Subject;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;

/** A SASL client that answers the lines of an SMTP server, as a mail program does. */
public final class Dialogue {
  /** No honest exchange is longer. */
  private static final int MOST_LINES = 20;

  private Dialogue() {}

  /**
   * Lets a client speak until the server ends the exchange.
   *
   * @param client the client; its first token goes into the AUTH line where it has one
   * @param server takes a line, gives its reply
   * @return all lines, the client's with C: and the server's with S: before them
   */
  public static List<String> hold(SaslClient client, UnaryOperator<String> server)
      throws SaslException {
    List<String> lines = new ArrayList<>();
    String line = "AUTH " + client.getMechanismName();
    if (client.hasInitialResponse()) {
      line += " " + encode(client.evaluateChallenge(new byte[0]));
    }
    while (lines.size() < MOST_LINES) {
      lines.add("C:" + line);
      String reply = server.apply(line);
      lines.add("S:" + reply);
      if (!reply.startsWith("334 ")) {
        return lines;
      }
      byte[] challenge = Base64.getDecoder().decode(reply.substring(4));
      line = encode(client.evaluateChallenge(challenge));
    }
    throw new AssertionError("the exchange does not end: " + lines);
  }

  /** The last line of a dialogue. */
  public static String end(List<String> lines) {
    return lines.get(lines.size() - 1);
  }

  public static String encode(byte[] response) {
    return response == null ? "" : Base64.getEncoder().encodeToString(response);
  }

  /** Does something as a Subject, on every JDK. */
  public static <T> T as(Subject subject, PrivilegedExceptionAction<T> action) throws Exception {
    try {
      return Subject.doAs(subject, action);
    } catch (PrivilegedActionException e) {
      throw e.getException();
    }
  }
}
