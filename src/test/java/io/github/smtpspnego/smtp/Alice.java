package io.github.smtpspnego.smtp;

import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.JdkSasl;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;

/** Alice as a client of a server whose keys are in {@link #KEYTAB}. */
final class Alice {
  static final Kdc KDC = Kdc.shared();
  static final Path KEYTAB = KDC.keytab("smtp/localhost");
  static final Subject SUBJECT = KDC.login("alice", Kdc.PASSWORD);

  private Alice() {}

  /** The code of the last reply, where the client sends a token for a service, then nothing. */
  static int end(SmtpAuthServer server, String service) throws Exception {
    SmtpAuthExchange exchange = server.exchange();
    Reply reply = exchange.auth(auth(Tokens.first(SUBJECT, Tokens.SPNEGO, service)));
    return reply.isContinuation() ? exchange.auth("").code() : reply.code();
  }

  /** The last line of a client's exchange. */
  static String hold(SaslClient client, SmtpAuthExchange exchange) throws Exception {
    List<String> lines =
        Dialogue.as(SUBJECT, () -> Dialogue.hold(client, line -> exchange.auth(line).line()));
    return Dialogue.end(lines);
  }

  /** The JDK's own client. */
  static SaslClient jdk(String identity, String qop) throws Exception {
    Map<String, String> properties = Map.of(Sasl.QOP, qop, Sasl.SERVER_AUTH, "true");
    return Dialogue.as(SUBJECT, () -> JdkSasl.client(identity, "localhost", properties));
  }

  static String auth(byte[] token) {
    return "AUTH GSS-SPNEGO " + Dialogue.encode(token);
  }
}
