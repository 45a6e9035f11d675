package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.MessageProp;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's order of messages, RFC 2222 section 7.2.2, and what it tells afterwards. */
@ResourceLock("java.security.Security.providers")
class SpnegoSaslServerIT {
  private static final byte[] NOTHING = {};
  private static final CallbackHandler EVERYBODY =
      callbacks -> ((AuthorizeCallback) callbacks[0]).setAuthorized(true);

  private static Kdc kdc;
  private static Subject alice;
  private static String keytab;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    kdc.add("imap/localhost", "the other service's key");
    keytab = kdc.keytab("smtp/localhost").toString();
  }

  @BeforeEach
  void install() {
    SpnegoProvider.install();
  }

  @AfterEach
  void uninstall() {
    SpnegoProvider.uninstall();
  }

  @Test
  void theFactoryAnswersForMailAndNothingElse() throws SaslException {
    String ours = "SpnegoSaslServer";
    for (String protocol : new String[] {"smtp", "smtps", "SMTP"}) {
      assertEquals(ours, name(create("GSSAPI", protocol, Map.of(), EVERYBODY)));
      assertEquals(ours, name(create("GSS-SPNEGO", protocol, Map.of(), EVERYBODY)));
    }
    assertNull(create("GSS-SPNEGO", "ldap", Map.of(), EVERYBODY));
    assertNull(
        create("GSS-SPNEGO", "smtp", Map.of("mail.smtp.sasl.spnego.enable", "false"), EVERYBODY));
    assertEquals(
        ours,
        name(
            create(
                "GSS-SPNEGO", "ldap", Map.of("mail.ldap.sasl.spnego.enable", "true"), EVERYBODY)));
    assertNull(create("GSSAPI", "smtp", Map.of(Sasl.POLICY_FORWARD_SECRECY, "true"), EVERYBODY));
  }

  @Test
  void ldapKeepsTheJdksOwnServer() throws Exception {
    Subject server = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    // The JDK's looks for a key at once; finding it shows that it was asked.
    SaslServer ldap =
        Dialogue.as(
            server, () -> Sasl.createSaslServer("GSSAPI", "ldap", null, Map.of(), EVERYBODY));
    assertEquals("com.sun.security.sasl.gsskerb.GssKrb5Server", ldap.getClass().getName());
  }

  @Test
  void aBadSettingIsToldAtTheFirstToken() throws Exception {
    SaslServer server =
        made(Map.of("mail.smtp.sasl.spnego.securitylayer", "perhaps"), EVERYBODY, "localhost");
    SpnegoException e = assertFails(server, spnego());
    assertEquals(Reason.BAD_SETTING, e.reason());
  }

  @Test
  void rfc2222Section7_2_2TheOfferComesAfterAnEmptyResponse() throws Exception {
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    SaslServer server = made(Map.of(), EVERYBODY, "localhost");
    assertArrayEquals(NOTHING, server.evaluateResponse(NOTHING)); // the client waits for a 334
    byte[] offer = offer(server, client);
    assertFalse(server.isComplete());
    byte[] plain = client.unwrap(offer, 0, offer.length, new MessageProp(false));
    assertArrayEquals(new byte[] {1, 0, 0, 0}, plain);
    assertNull(server.evaluateResponse(choice(client, 1, "")));
    assertTrue(server.isComplete());
    assertEquals(Kdc.full("alice"), server.getAuthorizationID());
    assertEquals("localhost", server.getNegotiatedProperty(Sasl.BOUND_SERVER_NAME));
    assertNull(server.getNegotiatedProperty(Sasl.CREDENTIALS));
    assertEquals("auth", server.getNegotiatedProperty(Sasl.QOP));
  }

  @Test
  void theOfferNamesTheLayersAndTheSizeThatAreSet() throws Exception {
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    SaslServer server =
        made(
            Map.of(Sasl.QOP, "auth-conf,auth-int,auth", Sasl.MAX_BUFFER, "48000"),
            EVERYBODY,
            "localhost");
    byte[] offer = offer(server, client);
    byte[] plain = client.unwrap(offer, 0, offer.length, new MessageProp(false));
    assertArrayEquals(new byte[] {7, 0, (byte) 0xbb, (byte) 0x80}, plain);
  }

  @Test
  void whatTheClientsContextCannotEncryptIsNotOfferedEncrypted() throws Exception {
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    client.requestConf(false);
    SaslServer server = made(Map.of(Sasl.QOP, "auth-conf,auth-int"), EVERYBODY, "localhost");
    byte[] offer = offer(server, client);
    byte[] plain = client.unwrap(offer, 0, offer.length, new MessageProp(false));
    assertEquals(2, plain[0]);

    GSSContext other = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    other.requestConf(false);
    SaslServer strict = made(Map.of(Sasl.QOP, "auth-conf"), EVERYBODY, "localhost");
    strict.evaluateResponse(Tokens.first(alice, other));
    assertEquals(Reason.SECURITY_LAYER, assertFails(strict, NOTHING).reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {Tokens.SPNEGO, Tokens.KERBEROS})
  void withoutMutualAuthenticationTheOfferComesAllTheSame(String mechanism) throws Exception {
    GSSContext client = Tokens.context(mechanism, "smtp/localhost", false);
    SaslServer server = made(Map.of(), EVERYBODY, "localhost");
    byte[] challenge = server.evaluateResponse(Tokens.first(alice, client));
    if (mechanism.equals(Tokens.SPNEGO)) {
      byte[] last = challenge;
      Dialogue.as(alice, () -> client.initSecContext(last, 0, last.length));
      challenge = server.evaluateResponse(NOTHING);
    }
    client.unwrap(challenge, 0, challenge.length, new MessageProp(false));
    assertNull(server.evaluateResponse(choice(client, 1, "")));
    assertTrue(server.isComplete());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4, 3, 0x80})
  void aLayerThatWasNotOfferedIsRefused(int bits) throws Exception {
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    SaslServer server = made(Map.of(), EVERYBODY, "localhost");
    offer(server, client);
    SpnegoException e = assertFails(server, choice(client, bits, ""));
    assertEquals(Reason.SECURITY_LAYER, e.reason());
  }

  @Test
  void aChoiceThatIsNotWrappedOrNotUtf8IsRefused() throws Exception {
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    SaslServer server = made(Map.of(), EVERYBODY, "localhost");
    offer(server, client);
    assertEquals(Reason.SECURITY_LAYER, assertFails(server, new byte[] {1, 0, 0, 0}).reason());

    GSSContext other = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    SaslServer second = made(Map.of(), EVERYBODY, "localhost");
    offer(second, other);
    byte[] plain = {1, 0, 0, 0, (byte) 0xff};
    byte[] wrapped = other.wrap(plain, 0, plain.length, new MessageProp(0, false));
    assertEquals(Reason.SECURITY_LAYER, assertFails(second, wrapped).reason());
  }

  @Test
  void anAuthorizationIdentityNeedsTheHandlersYes() throws Exception {
    CallbackHandler onlyPostmaster =
        callbacks -> {
          AuthorizeCallback callback = (AuthorizeCallback) callbacks[0];
          assertEquals(Kdc.full("alice"), callback.getAuthenticationID());
          callback.setAuthorized(callback.getAuthorizationID().equals("postmaster"));
          callback.setAuthorizedID("postmaster@example.test");
        };
    assertEquals("postmaster@example.test", authorize(onlyPostmaster, "postmaster"));
    assertRefused(onlyPostmaster, "root");
    assertRefused(onlyPostmaster, "");
    assertRefused(callbacks -> {}, "");
    assertRefused(EVERYBODY, "alice\r\n235 ");
  }

  @Test
  void aDecisionThatCannotBeMadeIsNoRefusal() throws Exception {
    for (CallbackHandler undecided :
        List.<CallbackHandler>of(
            callbacks -> {
              throw new IOException("no database");
            },
            callbacks -> {
              ((AuthorizeCallback) callbacks[0]).setAuthorized(true);
              throw new IllegalStateException("no answer in time");
            },
            callbacks -> {
              throw new UnsupportedCallbackException(callbacks[0]);
            })) {
      assertFailsToAuthorize(Reason.UNDECIDED, undecided, "");
    }
  }

  @Test
  void withoutAHandlerAClientIsItself() throws Exception {
    assertEquals(Kdc.full("alice"), authorize(null, ""));
    assertEquals(Kdc.full("alice"), authorize(null, Kdc.full("alice")));
    assertEquals(Kdc.full("alice"), authorize(null, "alice"), "what Cyrus and the JDK send");
    assertRefused(null, "Alice");
    assertRefused(null, "alice@");
    assertRefused(null, "alice@OTHER.TEST");
    assertRefused(null, "bob");
    assertRefused(null, Kdc.full("bob"));
  }

  /** A handler is asked about the client as if it had named nobody. */
  @Test
  void aClientThatNamesItselfWithoutItsRealmNamesItself() throws Exception {
    CallbackHandler same =
        callbacks -> {
          AuthorizeCallback callback = (AuthorizeCallback) callbacks[0];
          callback.setAuthorized(
              callback.getAuthenticationID().equals(callback.getAuthorizationID()));
        };
    assertEquals(Kdc.full("alice"), authorize(same, "alice"));
    assertRefused(same, "bob");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aForwardedTicketOutlivesTheExchange(boolean delegating) throws Exception {
    ForgedApReq token = new ForgedApReq(Path.of(keytab), "smtp/localhost", Kdc.full("alice"));
    SaslServer server =
        made(Map.of("mail.smtp.sasl.spnego.securitylayer", "none"), EVERYBODY, "localhost");
    assertNotNull(
        server.evaluateResponse(delegating ? token.delegating().spnego() : token.spnego()));
    assertNull(server.evaluateResponse(NOTHING));
    server.dispose();
    Object forwarded = server.getNegotiatedProperty(Sasl.CREDENTIALS);
    if (delegating) {
      GSSCredential credential = assertInstanceOf(GSSCredential.class, forwarded);
      assertEquals(Kdc.full("alice"), credential.getName().toString());
      assertTrue(credential.getRemainingLifetime() > 0);
    } else {
      assertNull(forwarded);
    }
  }

  @Test
  void unboundItTakesAnyHostsTicketAndTellsWhich() throws Exception {
    SaslServer server = made(Map.of(), EVERYBODY, null);
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    offer(server, client);
    server.evaluateResponse(choice(client, 1, ""));
    assertEquals("localhost", server.getNegotiatedProperty(Sasl.BOUND_SERVER_NAME));
  }

  @Test
  void aTicketForAnotherServiceOrHostIsRefusedThoughItsKeyIsThere() throws Exception {
    Map<String, Object> both = new HashMap<>();
    both.put(
        "mail.smtp.sasl.spnego.keytab", kdc.keytab("smtp/localhost", "imap/localhost").toString());
    for (String host : Arrays.asList("localhost", null)) {
      SpnegoException e =
          assertFails(
              made(both, EVERYBODY, host), Tokens.first(alice, Tokens.SPNEGO, "imap/localhost"));
      assertEquals(Reason.WRONG_TARGET, e.reason());
      assertTrue(e.toString().contains("imap/localhost"), e.toString());
    }
    SpnegoException e = assertFails(made(both, EVERYBODY, "other.example.test"), spnego());
    assertEquals(Reason.WRONG_TARGET, e.reason());

    both.put("mail.smtp.sasl.spnego.principal", "*");
    assertNotNull(
        made(both, EVERYBODY, "localhost")
            .evaluateResponse(Tokens.first(alice, Tokens.SPNEGO, "imap/localhost")));
    both.remove("mail.smtp.sasl.spnego.principal");
    both.put("mail.smtp.sasl.spnego.service", "imap");
    assertNotNull(
        made(both, EVERYBODY, "localhost")
            .evaluateResponse(Tokens.first(alice, Tokens.SPNEGO, "imap/localhost")));
  }

  @Test
  void aFailureStaysAndIsTheSame() throws Exception {
    SaslServer server = made(Map.of(), EVERYBODY, "localhost");
    SpnegoException first = assertFails(server, "no token".getBytes(StandardCharsets.US_ASCII));
    assertSame(first, assertFails(server, spnego()));
    assertSame(first, assertFails(server, NOTHING));
    server.dispose();
    server.dispose();
    assertSame(first, assertFails(server, NOTHING));
    assertThrows(IllegalStateException.class, server::getAuthorizationID);
    assertThrows(IllegalStateException.class, () -> server.getNegotiatedProperty(Sasl.QOP));
    assertThrows(IllegalStateException.class, () -> server.wrap(NOTHING, 0, 0));
  }

  @Test
  void messagesOutOfOrderAreRefused() throws Exception {
    SaslServer silent = made(Map.of(), EVERYBODY, "localhost");
    silent.evaluateResponse(NOTHING);
    assertEquals(Reason.PROTOCOL, assertFails(silent, NOTHING).reason());

    SaslServer twice = made(Map.of(), EVERYBODY, "localhost");
    twice.evaluateResponse(spnego());
    assertEquals(Reason.PROTOCOL, assertFails(twice, spnego()).reason());

    SaslServer disposed = made(Map.of(), EVERYBODY, "localhost");
    disposed.evaluateResponse(spnego());
    disposed.dispose();
    assertEquals(Reason.DISPOSED, assertFails(disposed, NOTHING).reason());
  }

  @Test
  void afterSuccessNothingMoreIsTakenAndNothingIsLost() throws Exception {
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    SaslServer server = made(Map.of(), EVERYBODY, "localhost");
    offer(server, client);
    byte[] choice = choice(client, 1, "");
    server.evaluateResponse(choice);
    assertThrows(SpnegoException.class, () -> server.evaluateResponse(choice));
    assertThrows(SpnegoException.class, () -> server.evaluateResponse(NOTHING));
    assertTrue(server.isComplete());
    server.dispose();
    assertEquals(Kdc.full("alice"), server.getAuthorizationID());
  }

  private static String authorize(@Nullable CallbackHandler handler, String identity)
      throws Exception {
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    SaslServer server = made(Map.of(), handler, "localhost");
    offer(server, client);
    assertNull(server.evaluateResponse(choice(client, 1, identity)));
    return server.getAuthorizationID();
  }

  private static void assertRefused(@Nullable CallbackHandler handler, String identity)
      throws Exception {
    assertFailsToAuthorize(Reason.NOT_AUTHORIZED, handler, identity);
  }

  private static void assertFailsToAuthorize(
      Reason reason, @Nullable CallbackHandler handler, String identity) throws Exception {
    GSSContext client = Tokens.context(Tokens.SPNEGO, "smtp/localhost", true);
    SaslServer server = made(Map.of(), handler, "localhost");
    offer(server, client);
    SpnegoException e = assertFails(server, choice(client, 1, identity));
    assertEquals(reason, e.reason());
    assertFalse(e.toString().contains("\n"), "a line break reaches the log");
  }

  /** Brings both to the offer and returns it. */
  private static byte[] offer(SaslServer server, GSSContext client) throws Exception {
    byte[] reply = server.evaluateResponse(Tokens.first(alice, client));
    Dialogue.as(alice, () -> client.initSecContext(reply, 0, reply.length));
    return server.evaluateResponse(NOTHING);
  }

  private static byte[] choice(GSSContext client, int bits, String identity) throws Exception {
    byte[] name = identity.getBytes(StandardCharsets.UTF_8);
    byte[] plain = Arrays.copyOf(new byte[] {(byte) bits, 0, 0, 0}, 4 + name.length);
    System.arraycopy(name, 0, plain, 4, name.length);
    return client.wrap(plain, 0, plain.length, new MessageProp(0, false));
  }

  private static SpnegoException assertFails(SaslServer server, byte[] response) {
    SpnegoException e =
        assertThrows(SpnegoException.class, () -> server.evaluateResponse(response));
    assertFalse(server.isComplete());
    return e;
  }

  private static byte[] spnego() throws Exception {
    return Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
  }

  private static SaslServer made(
      Map<String, ?> properties, @Nullable CallbackHandler handler, @Nullable String serverName)
      throws SaslException {
    Map<String, Object> all = new HashMap<>(properties);
    all.putIfAbsent("mail.smtp.sasl.spnego.keytab", keytab);
    return Objects.requireNonNull(
        Sasl.createSaslServer("GSSAPI", "smtp", serverName, all, handler));
  }

  private static SaslServer create(
      String mechanism, String protocol, Map<String, ?> properties, CallbackHandler handler)
      throws SaslException {
    return Sasl.createSaslServer(mechanism, protocol, "localhost", properties, handler);
  }

  private static String name(Object object) {
    return object.getClass().getSimpleName();
  }
}
