package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KeyTab;
import org.ietf.jgss.GSSCredential;
import org.junit.jupiter.api.Test;

/** What a client gains that writes its own names on what it sends. */
class HostileClientsIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path KEYTAB = KDC.keytab("smtp/localhost");

  private static String auth(String mechanism, byte[] token) {
    return "AUTH " + mechanism + " " + Base64.getEncoder().encodeToString(token);
  }

  private static SmtpAuthServer.Builder builder() {
    return SmtpAuthServer.builder().keytab(KEYTAB).hosts("localhost");
  }

  @Test
  void aRealmWithAnAtDoesNotPassForOurs() {
    SmtpAuthExchange exchange = builder().build().exchange();
    String client = "alice\\@EVIL@EXAMPLE.TEST"; // alice\ of the realm EVIL@EXAMPLE.TEST
    try (LogRecorder log = LogRecorder.start()) {
      SmtpAuthExchange.Reply reply =
          exchange.auth(
              auth("GSS-SPNEGO", new ForgedApReq(KEYTAB, "smtp/localhost", client).spnego()));
      if (reply.isContinuation()) {
        reply = exchange.auth("");
      }
      assertEquals(535, reply.code(), () -> exchange.principal() + log.infos());
    }
  }

  @Test
  void aForwardedTicketIsTheClientsOwn() throws Exception {
    SmtpAuthExchange exchange = builder().build().exchange();
    byte[] token =
        new ForgedApReq(KEYTAB, "smtp/localhost", Kdc.full("alice"))
            .delegating()
            .changing(HostileClientsIT::carolForTheLastAlice)
            .spnego();
    SmtpAuthExchange.Reply reply = exchange.auth(auth("GSS-SPNEGO", token));
    if (reply.isContinuation()) {
      reply = exchange.auth("");
    }
    assertEquals(235, reply.code(), reply::line);
    if (exchange.delegatedCredential().isPresent()) {
      assertEquals(exchange.principal(), exchange.delegatedCredential().get().getName().toString());
    }
  }

  /** The JDK keeps a list of replays for each name that it sees, and never forgets a name. */
  @Test
  void theJdkSeesNoRealmThatAClientMadeUp() throws Exception {
    Subject subject =
        new Subject(true, Set.of(), Set.of(), Set.of(KeyTab.getUnboundInstance(KEYTAB.toFile())));
    GSSCredential unnamed = SmtpAuthServerIT.credential(subject);
    List<SpnegoException> failures = new ArrayList<>();
    SmtpAuthServer server =
        SmtpAuthServer.builder()
            .credential(unnamed)
            .anyKey()
            .hosts("localhost")
            .realms("*")
            .listener(keepingIn(failures))
            .build();
    byte[] token = new ForgedApReq(KEYTAB, "smtp/localhost", Kdc.full("alice")).kerberos();
    assertEquals(334, server.exchange().auth(auth("GSSAPI", token)).code());
    String text = new String(token, StandardCharsets.ISO_8859_1);
    byte[] elsewhere =
        text.replaceFirst("EXAMPLE\\.TEST", "AXAMPLE.TEST").getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(535, server.exchange().auth(auth("GSSAPI", elsewhere)).code());
    assertEquals(
        List.of(Reason.WRONG_TARGET), failures.stream().map(SpnegoException::reason).toList());
  }

  /** "keytype Unknown (8)" is not the error 8 of a KDC, after which krb5.conf would be read. */
  @Test
  void aNumberInTheJdksWordsIsNoErrorCode() {
    List<SpnegoException> failures = new ArrayList<>();
    SmtpAuthServer server = builder().listener(keepingIn(failures)).build();
    byte[] token = new ForgedApReq(KEYTAB, "smtp/localhost", Kdc.full("alice")).kerberos();
    token[encryptionTypeOfTheAuthenticator(token)] = 8;
    assertEquals(535, server.exchange().auth(auth("GSSAPI", token)).code());
    assertEquals(1, failures.size());
    assertEquals(Reason.GSS_FAILURE, failures.get(0).reason(), failures.get(0)::getMessage);
  }

  private static SmtpAuthServer.Listener keepingIn(List<SpnegoException> failures) {
    return new SmtpAuthServer.Listener() {
      @Override
      public void failed(SmtpAuthExchange exchange, SpnegoException failure) {
        failures.add(failure);
      }
    };
  }

  /** The ticket's encryption type is before it. */
  private static int encryptionTypeOfTheAuthenticator(byte[] token) {
    String text = new String(token, StandardCharsets.ISO_8859_1);
    String etype = "\u00a0\u0003\u0002\u0001"; // [0] INTEGER, of one octet
    return text.lastIndexOf(etype) + etype.length();
  }

  private static byte[] carolForTheLastAlice(byte[] authenticator) {
    String text = new String(authenticator, StandardCharsets.ISO_8859_1);
    int at = text.lastIndexOf("alice");
    return (text.substring(0, at) + "carol" + text.substring(at + 5))
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
