package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.Kdc;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import javax.security.auth.Subject;
import org.junit.jupiter.api.Test;

/** The JDK tries constrained delegation for each client that forwards no ticket. */
class AcceptingSubjectIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path KEYTAB = KDC.keytab("smtp/localhost");

  private static SmtpAuthExchange letIn() {
    SmtpAuthExchange exchange =
        SmtpAuthServer.builder().keytab(KEYTAB).hosts("localhost").build().exchange();
    byte[] token = new ForgedApReq(KEYTAB, "smtp/localhost", Kdc.full("alice")).spnego();
    SmtpAuthExchange.Reply reply =
        exchange.auth("AUTH GSS-SPNEGO " + Base64.getEncoder().encodeToString(token));
    if (reply.isContinuation()) {
      reply = exchange.auth("");
    }
    assertEquals(235, reply.code(), reply::line);
    return exchange;
  }

  @Test
  void whatTheClientDidNotForwardIsNoForwardedTicket() throws Exception {
    Subject service = KDC.login("smtp/localhost", "the server's first key");
    SmtpAuthExchange exchange = Dialogue.as(service, AcceptingSubjectIT::letIn);
    assertEquals(Optional.empty(), exchange.delegatedCredential());
  }

  @Test
  void closingLeavesTheServersOwnTicket() throws Exception {
    Subject service = KDC.login("smtp/localhost", "the server's first key");
    SmtpAuthExchange exchange = Dialogue.as(service, AcceptingSubjectIT::letIn);
    exchange.close();
    for (Object held : service.getPrivateCredentials()) {
      if (held instanceof javax.security.auth.kerberos.KerberosTicket ticket) {
        assertEquals(false, ticket.isDestroyed());
      }
    }
  }
}
