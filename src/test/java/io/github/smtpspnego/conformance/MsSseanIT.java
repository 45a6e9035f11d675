package io.github.smtpspnego.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import io.github.smtpspnego.support.AuthServers;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import java.nio.file.Path;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.security.Security;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The normative points of [MS-SSEAN], each by the number of its section, with real tickets. */
class MsSseanIT {
  private static final Kdc KDC = Kdc.shared();
  private static final String SPNEGO_OID = "06062b0601050502";
  private static final String KERBEROS_OID = "06092a864886f712010202";

  private final Path keytab = KDC.keytab("smtp/localhost");
  private final Map<String, String> acceptor =
      Map.of("mail.smtp.sasl.spnego.keytab", keytab.toString());
  private MailServer server;

  @BeforeEach
  void start() {
    server = MailServer.start(acceptor);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Mailer mailer() {
    return Mailer.to(server.port()).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
  }

  @Test
  void section1_5_aClientMustKnowThatAServerMeansSpnego() throws Exception {
    // Not one of the known hosts: the JDK's own client answers, with raw Kerberos.
    Mailer mailer = mailer().spnego("hosts", "*.contoso.com").with("mail.smtp.class", Mailer.ANGUS);
    asAlice(
        () -> {
          mailer.send();
          return null;
        });
    assertEquals(KERBEROS_OID, mechanismOf(tokens("C: AUTH GSSAPI ").get(0)));
    mailer.spnego("hosts", "*.contoso.com, localhost").send();
    assertEquals(SPNEGO_OID, mechanismOf(tokens("C: AUTH GSSAPI ").get(1)));
  }

  @Test
  void section1_6_aServerServesSpnegoAndRfc4752ClientsUnderTheOneName() throws Exception {
    SaslClient jdk =
        asAlice(
            () ->
                ((SaslClientFactory)
                        Security.getProvider("JdkSASL")
                            .getService("SaslClientFactory", "GSSAPI")
                            .newInstance(null))
                    .createSaslClient(
                        new String[] {"GSSAPI"}, null, "smtp", "localhost", Map.of(), null));
    SmtpAuthExchange exchange = AuthServers.of("localhost", acceptor).exchange();
    Reply reply =
        asAlice(() -> exchange.auth("AUTH GSSAPI " + encode(jdk.evaluateChallenge(new byte[0]))));
    while (reply.isContinuation()) {
      byte[] challenge = Base64.getDecoder().decode(reply.text());
      byte[] response = asAlice(() -> jdk.evaluateChallenge(challenge));
      reply = exchange.auth(response == null ? "" : encode(response));
    }
    assertTrue(reply.isSuccess(), reply::line);
    assertTrue(jdk.isComplete());
    mailer().send();
    assertEquals("alice@EXAMPLE.TEST", exchange.principal());
    assertEquals(List.of("alice@EXAMPLE.TEST"), server.principals());
  }

  @Test
  void section2_1_messagesTravelBase64InAuthCommandsAndReplies() throws Exception {
    mailer().spnego("initialresponse", "never").send();
    List<String> auth = authDialogue();
    assertEquals("C: AUTH GSSAPI", auth.get(0));
    assertEquals("S: 334 ", auth.get(1));
    assertEquals(SPNEGO_OID, mechanismOf(decode(auth.get(2).substring("C: ".length()))));
    assertEquals(0xa1, decode(auth.get(3).substring("S: 334 ".length()))[0] & 0xff);
  }

  @Test
  void section2_2_1_theMechanismNameIsGssapi() throws Exception {
    mailer().send();
    assertTrue(server.dialogue().stream().anyMatch(line -> line.startsWith("C: AUTH GSSAPI")));
  }

  @Test
  void section3_1_5_1_onceGssapiIsChosenTheClientMustUseSpnego() throws Exception {
    mailer().spnego("initialresponse", "always").send();
    byte[] token = tokens("C: AUTH GSSAPI ").get(0);
    assertEquals(SPNEGO_OID, mechanismOf(token));
    assertTrue(HexFormat.of().formatHex(token).contains(KERBEROS_OID), "Kerberos is offered");
  }

  @Test
  void section3_1_5_1_theClientUsesItOnlyIfGssapiIsInTheEhloList() {
    Mailer other = mailer().with("mail.smtp.sasl.mechanisms", "GSS-OTHER");
    assertThrows(AuthenticationFailedException.class, other::send);
    assertFalse(server.dialogue().stream().anyMatch(line -> line.startsWith("C: AUTH")));
  }

  @Test
  void section3_2_3_theServerMustHaveGssapiInItsList() throws Exception {
    assertTrue(SmtpAuthServer.mechanisms().contains("GSSAPI"));
    mailer().send();
    assertTrue(
        server.dialogue().stream()
            .anyMatch(
                line ->
                    line.startsWith("S: 250") && line.contains("AUTH") && line.contains("GSSAPI")));
  }

  @Test
  void section3_2_5_1_onAuthGssapiTheServerMustUseSpnegoForThatConnection() throws Exception {
    mailer().send();
    byte[] reply = tokens("S: 334 ").stream().filter(token -> token.length > 0).findFirst().get();
    assertEquals(0xa1, reply[0] & 0xff, "a NegTokenResp");
    assertTrue(HexFormat.of().formatHex(reply).contains("a0030a0100"), "accept-completed");
  }

  @Test
  void section4_1_theDialogueEndsWith235AtOnce() throws Exception {
    server.close();
    server =
        MailServer.start(
            Map.of(
                "mail.smtp.sasl.spnego.keytab",
                keytab.toString(),
                "mail.smtp.sasl.spnego.securitylayer",
                "none"));
    mailer().spnego("initialresponse", "always").send();
    List<String> auth = authDialogue();
    assertEquals(
        SPNEGO_OID, mechanismOf(decode(auth.get(0).substring("C: AUTH GSSAPI ".length()))));
    assertTrue(auth.get(1).startsWith("S: 334 oY"), "a NegTokenResp in base64");
    assertEquals("C: ", auth.get(2));
    assertTrue(auth.get(3).startsWith("S: 235 2.7.0 "));
    assertEquals(4, auth.size());
  }

  @Test
  void rfc2222Section7_2_theDialogueEndsWithALayerOfferAsExchangesDoes() throws Exception {
    mailer().spnego("initialresponse", "always").send();
    List<String> auth = authDialogue();
    assertTrue(auth.get(1).startsWith("S: 334 oY"));
    assertEquals("C: ", auth.get(2), "exactly one empty response");
    assertTrue(auth.get(3).startsWith("S: 334 "), "the wrapped offer");
    assertTrue(auth.get(4).length() > "C: ".length(), "the wrapped choice");
    assertTrue(auth.get(5).startsWith("S: 235 2.7.0 "));
    assertEquals(6, auth.size());
  }

  @Test
  void theProviderAnswersForBothNamesOfTheMechanism() throws Exception {
    SpnegoProvider.install();
    for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
      SaslClient client =
          Sasl.createSaslClient(
              new String[] {mechanism}, null, "smtp", "localhost", Map.of(), null);
      byte[] token = asAlice(() -> client.evaluateChallenge(new byte[0]));
      assertEquals(SPNEGO_OID, mechanismOf(token));
    }
  }

  /** The lines from AUTH to the reply that ends it. */
  private List<String> authDialogue() {
    List<String> all = server.dialogue();
    int start = 0;
    while (!all.get(start).startsWith("C: AUTH")) {
      start++;
    }
    int end = start;
    while (!all.get(end).startsWith("S: 235")) {
      end++;
    }
    return all.subList(start, end + 1);
  }

  private List<byte[]> tokens(String prefix) {
    return server.dialogue().stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> decode(line.substring(prefix.length())))
        .toList();
  }

  /** The object identifier in the framing of RFC 2743 section 3.1, in hexadecimal digits. */
  private static String mechanismOf(byte[] token) {
    assertEquals(0x60, token[0]);
    int oid = (token[1] & 0xff) < 0x80 ? 2 : 2 + (token[1] & 0x7f);
    return HexFormat.of().formatHex(Arrays.copyOfRange(token, oid, oid + 2 + token[oid + 1]));
  }

  private static byte[] decode(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  private static String encode(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  private static <T> T asAlice(PrivilegedExceptionAction<T> action) throws Exception {
    try {
      return Subject.doAs(KDC.login("alice", Kdc.PASSWORD), action);
    } catch (PrivilegedActionException e) {
      throw e.getException();
    }
  }
}
