package io.github.smtpspnego.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.AcceptedNames;
import io.github.smtpspnego.credentials.AcceptorCredentials;
import io.github.smtpspnego.gss.AcceptorKey;
import io.github.smtpspnego.gss.TicketLabel;
import io.github.smtpspnego.sasl.SpnegoSaslServerFactory;
import io.github.smtpspnego.smtp.SmtpAuthExchange;
import io.github.smtpspnego.smtp.SmtpAuthServer;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
  @ValueSource(strings = {"smtp", "SMTPSVC", "SMTP", "smtpsvc"})
  void oneKeyServesAllNamesOfMail(String service) throws Exception {
    Path one = kdc.keytab(Parties.SERVICE);
    KeyTab unbound = KeyTab.getUnboundInstance(one.toFile());
    Subject withUnbound = new Subject(true, Set.of(), Set.of(), Set.of(unbound));
    KerberosPrincipal name = new KerberosPrincipal(Kdc.full(Parties.SERVICE));
    Subject withKeys =
        new Subject(true, Set.of(name), Set.of(), Set.of((Object[]) unbound.getKeys(name)));
    assertEquals(235, end(fresh(service), keytab(one)));
    for (Subject caller : List.of(kdc.acceptor(Parties.SERVICE, one), withUnbound, withKeys)) {
      byte[] token = fresh(service);
      assertEquals(235, Dialogue.as(caller, () -> end(token, Map.of())), caller::toString);
    }
  }

  /** The JDK tries the keys of one principal alone: the last of the file. */
  @Test
  void theOrderOfTheKeytabDoesNotMatter() throws Exception {
    kdc.add("lmtp/localhost", "not the same key");
    for (Path keytab :
        List.of(
            kdc.keytab(Parties.SERVICE, OTHER),
            kdc.keytab(OTHER, Parties.SERVICE),
            kdc.keytab(Parties.SERVICE, "lmtp/localhost"),
            kdc.keytab("lmtp/localhost", OTHER, Parties.SERVICE))) {
      Map<String, String> properties = keytab(keytab);
      properties.put("mail.smtp.sasl.spnego.service", "smtp, lmtp, SMTPSVC");
      assertEquals(235, end(fresh("SMTPSVC"), properties));
      assertEquals(235, end(fresh("lmtp"), properties), "the key of that name does not fit");
      assertEquals(235, end(fresh("smtp"), properties));
    }
  }

  @Test
  void onlyKeysOfAcceptedNamesAreChosenForATicket() throws Exception {
    Path file = kdc.keytab(OTHER, Parties.SERVICE, "alice");
    AcceptedNames names =
        new AcceptedNames(AcceptedNames.MAIL_SERVICES, List.of("localhost"), List.of(), "");
    TicketLabel ticket =
        new TicketLabel(List.of("SMTPSVC", "localhost"), Kdc.REALM, 17, Optional.of(1));
    List<AcceptorKey> chosen = AcceptorCredentials.ofKeytab(file, names).forTicket(ticket);
    assertEquals(
        List.of(Kdc.full(Parties.SERVICE)),
        chosen.stream().map(key -> key.principal().orElseThrow()).toList());
    assertEquals(Kdc.full(Parties.SERVICE), chosen.get(0).credential().getName().toString());
  }

  /** A server of several hosts may decide by it. */
  @Test
  void theServerIsWhoseKeyReadTheTicketAndNotWhoseNameTheClientWrote() throws Exception {
    SmtpAuthServer server =
        SmtpAuthServer.builder().keytab(kdc.keytab(Parties.SERVICE, OTHER)).anyKey().build();
    SmtpAuthExchange exchange = server.exchange();
    exchange.auth("AUTH GSS-SPNEGO " + Dialogue.encode(relabelled(OTHER, "smtp", Kdc.REALM)));
    assertTrue(exchange.auth("").isSuccess());
    assertEquals(Kdc.full(OTHER), exchange.targetName());
  }

  /** The native library would read a ticket of any realm that one of its keys fits. */
  @Test
  void theNativeLibraryGetsNoTicketOfAnotherRealm() {
    AcceptedNames any = new AcceptedNames(List.of(), List.of(), List.of(), AcceptedNames.ANY);
    TicketLabel ticket =
        new TicketLabel(List.of("smtp", "localhost"), "OTHER.TEST", 17, Optional.of(1));
    SpnegoException e =
        assertThrows(
            SpnegoException.class,
            () -> AcceptorCredentials.ofCredential(null, any).forTicket(ticket));
    assertEquals(Reason.WRONG_TARGET, e.reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"OTHER.TEST", "example.test"})
  void aTicketOfAnotherRealmIsReadOnlyWhereTheRealmIsListed(String realm) throws Exception {
    Map<String, String> properties = keytab(kdc.keytab(Parties.SERVICE));
    assertEquals(535, end(relabelled(Parties.SERVICE, "smtp", realm), properties));
    properties.put("mail.smtp.sasl.spnego.realms", Kdc.REALM + "," + realm);
    assertEquals(235, end(relabelled(Parties.SERVICE, "smtp", realm), properties));
  }

  /** The JDK tells nobody which key an unnamed credential read a ticket with. */
  @Test
  void anUnnamedCredentialIsRefusedUnlessAllItsKeysAreForMail() throws Exception {
    KeyTab table = KeyTab.getUnboundInstance(kdc.keytab(OTHER).toFile());
    GSSCredential unnamed =
        Dialogue.as(
            new Subject(true, Set.of(), Set.of(), Set.of(table)),
            () ->
                GSSManager.getInstance()
                    .createCredential(
                        null,
                        GSSCredential.INDEFINITE_LIFETIME,
                        new Oid(Tokens.KERBEROS),
                        GSSCredential.ACCEPT_ONLY));
    Map<String, Object> properties = new HashMap<>(Map.of(Sasl.CREDENTIALS, unnamed));
    assertEquals(454, end(relabelled(OTHER, "smtp", Kdc.REALM), properties));
    properties.put("mail.smtp.sasl.spnego.principal", "*");
    assertEquals(235, end(relabelled(OTHER, "smtp", Kdc.REALM), properties));
    assertEquals(535, end(relabelled(OTHER, "imap", Kdc.REALM), properties));
    assertEquals(535, end(relabelled(OTHER, "smtp", "OTHER.TEST"), properties));
  }

  @Test
  void aNameThatCouldBreakALineIsNone() throws Exception {
    String one = kdc.keytab(Parties.SERVICE).toString();
    Map<String, String> properties = new HashMap<>(Map.of("mail.smtp.sasl.spnego.keytab", one));
    assertEquals(535, end(relabelled(Parties.SERVICE, "smtp", "A\r\nB"), properties));
    properties.put("mail.smtp.sasl.spnego.principal", "*");
    assertEquals(535, end(relabelled(Parties.SERVICE, "smtp", "A\r\nB"), properties));
    assertEquals(235, end(relabelled(Parties.SERVICE, "imap", Kdc.REALM), properties));
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

  private static byte[] fresh(String service) throws Exception {
    return relabelled(Parties.SERVICE, service, Kdc.REALM);
  }

  private static Map<String, String> keytab(Path file) {
    return new HashMap<>(Map.of("mail.smtp.sasl.spnego.keytab", file.toString()));
  }

  private static int end(byte[] token, Map<String, ?> properties) {
    SaslServer server =
        new SpnegoSaslServerFactory()
            .createSaslServer("GSS-SPNEGO", "smtp", "localhost", properties, null);
    try {
      server.evaluateResponse(token);
      server.evaluateResponse(new byte[0]);
      return server.isComplete() ? 235 : 334;
    } catch (SpnegoException e) {
      return e.reason() == Reason.ACCEPTOR_CREDENTIALS ? 454 : 535;
    } catch (SaslException e) {
      throw new AssertionError(e);
    }
  }
}
