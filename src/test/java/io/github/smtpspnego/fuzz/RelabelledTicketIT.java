package io.github.smtpspnego.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.smtp.Reply;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KeyTab;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The name that a ticket is for stands in it unencrypted, and where the keytab has no such name the
 * JDK tries all keys. So who gets hold of a client's token for another service could make it one
 * for mail.
 */
class RelabelledTicketIT {
  private static final String OTHER = "www/localhost";

  private static Kdc kdc;
  private static Subject alice;

  @BeforeAll
  static void addAnotherService() {
    kdc = Kdc.shared();
    kdc.add(OTHER, "another service's key");
    alice = kdc.login("alice", Kdc.PASSWORD);
  }

  @ParameterizedTest
  @CsvSource({
    "www, EXAMPLE.TEST",
    "smtp, EXAMPLE.TEST",
    "SMTPSVC, EXAMPLE.TEST",
    "smtpsvc, EXAMPLE.TEST",
    "smtp, OTHER.TEST"
  })
  void aTicketForAnotherServiceStaysOne(String service, String realm) throws Exception {
    byte[] token = relabelled(OTHER, service, realm);
    Path both = kdc.keytab(Parties.SERVICE, OTHER);
    assertEquals(535, end(token, Map.of("mail.smtp.sasl.spnego.keytab", both.toString())));
    byte[] next = relabelled(OTHER, service, realm);
    KeyTab any = KeyTab.getUnboundInstance(both.toFile());
    Subject caller = new Subject();
    caller.getPrivateCredentials().add(any);
    assertEquals(535, Dialogue.as(caller, () -> end(next, Map.of())));
  }

  /** As Active Directory has it: one account, one key, several names. */
  @ParameterizedTest
  @CsvSource({"smtp, EXAMPLE.TEST", "SMTPSVC, EXAMPLE.TEST", "smtp, OTHER.TEST"})
  void whereAllKeysAreForMailItsNamesMayDiffer(String service, String realm) throws Exception {
    byte[] token = relabelled(Parties.SERVICE, service, realm);
    Path one = kdc.keytab(Parties.SERVICE);
    assertEquals(235, end(token, Map.of("mail.smtp.sasl.spnego.keytab", one.toString())));
    byte[] next = relabelled(Parties.SERVICE, service, realm);
    Subject caller = kdc.acceptor(Parties.SERVICE, one);
    assertEquals(235, Dialogue.as(caller, () -> end(next, Map.of())));
  }

  @Test
  void aNameThatCouldBreakALineIsNone() throws Exception {
    String one = kdc.keytab(Parties.SERVICE).toString();
    Map<String, String> properties = new HashMap<>(Map.of("mail.smtp.sasl.spnego.keytab", one));
    assertEquals(535, end(relabelled(Parties.SERVICE, "smtp", "A\r\nB"), properties));
    properties.put("mail.smtp.sasl.spnego.principal", "*");
    assertEquals(535, end(relabelled(Parties.SERVICE, "smtp", "A\r\nB"), properties));
    assertEquals(235, end(relabelled(Parties.SERVICE, "imap", "OTHER.TEST"), properties));
  }

  /** A token whose ticket says that it is for another service, in another realm. */
  private static byte[] relabelled(String principal, String service, String realm)
      throws Exception {
    DerNode token = DerNode.parse(Tokens.first(alice, Tokens.SPNEGO, principal));
    for (DerNode node : token.all()) {
      String text = new String(node.leaf, US_ASCII);
      if (node.tag == DerNode.GENERAL_STRING && !text.equals("localhost")) {
        node.leaf = (text.equals(Kdc.REALM) ? realm : service).getBytes(US_ASCII);
      }
    }
    return token.contents();
  }

  private static int end(byte[] token, Map<String, String> properties) {
    SmtpAuthExchange exchange = new SmtpAuthExchange("localhost", properties);
    Reply reply = exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(token));
    return reply.isContinuation() ? exchange.auth("").code() : reply.code();
  }
}
