package io.github.smtpspnego.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginException;
import javax.security.auth.spi.LoginModule;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslServer;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a server's keys come from, and what is said where they cannot be used. */
class AcceptorCredentialsIT {
  private static final String PREFIX = "mail.smtp.sasl.spnego.";

  private static Kdc kdc;
  private static Subject alice;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "smtp/localhost", "smtp/localhost@EXAMPLE.TEST"})
  void aKeytabNeedsNoKdcAndNoLogin(String principal) throws Exception {
    Map<String, Object> properties = keytab(kdc.keytab("smtp/localhost", "bob"));
    properties.put(PREFIX + "principal", principal);
    byte[] token = token();
    int requests = kdc.proxy().asRequests() + kdc.proxy().tgsRequests();
    assertAccepts(properties, token);
    assertEquals(requests, kdc.proxy().asRequests() + kdc.proxy().tgsRequests());
  }

  @Test
  void aMissingKeytabIsNamed() throws Exception {
    assertRefuses(keytab(Path.of("/no/such/keytab")), "/no/such/keytab", "does not exist");
  }

  @Test
  void aFileThatIsNoKeytabIsNamed() throws Exception {
    Path file = Files.writeString(kdc.newFile("keytab"), "This is no keytab.");
    assertRefuses(keytab(file), file.toString(), "is not a keytab");
    Path empty = Files.write(kdc.newFile("keytab"), new byte[] {5, 2});
    assertRefuses(keytab(empty), empty.toString(), "holds no key");
  }

  @Test
  void aKeytabThatLacksThePrincipalIsListed() throws Exception {
    Path file = kdc.keytab("bob");
    Map<String, Object> properties = keytab(file);
    properties.put(PREFIX + "principal", "smtp/localhost");
    assertRefuses(properties, file.toString(), "bob@EXAMPLE.TEST");
  }

  @Test
  void aKeytabWithoutAKeyForMailIsListed() throws Exception {
    Path file = kdc.keytab("bob");
    assertRefuses(
        keytab(file), file.toString(), "smtp/localhost or SMTPSVC/localhost", "bob@EXAMPLE.TEST");
  }

  @Test
  void aTicketThatFitsNoKeyIsDescribedBesideTheKeys() throws Exception {
    byte[] damaged = token();
    damaged[damaged.length - 300] ^= 1; // in the ticket's encrypted part
    SpnegoException e =
        assertThrows(
            SpnegoException.class, () -> accept(keytab(kdc.keytab("smtp/localhost")), damaged));
    assertEquals(Reason.MESSAGE_MODIFIED, e.reason());
    assertContains(e, "a ticket for smtp/localhost@EXAMPLE.TEST (kvno");
    assertContains(e, "does not fit the server's key of smtp/localhost@EXAMPLE.TEST.");
  }

  @Test
  void aTicketOfAnotherEncryptionTypeNeverReachesTheKeys() throws Exception {
    byte[] token = token();
    int etype = new String(token, StandardCharsets.ISO_8859_1).indexOf("localhost") + 9 + 8;
    assertEquals(17, token[etype + 2]);
    token[etype + 2] = 18;
    SpnegoException e =
        assertThrows(
            SpnegoException.class, () -> accept(keytab(kdc.keytab("smtp/localhost")), token));
    assertEquals(Reason.ENCRYPTION_TYPE, e.reason(), e.getMessage());
    assertContains(e, "enctype 18");
  }

  @Test
  void nothingSetSaysWhatToSet() throws Exception {
    assertRefuses(new HashMap<>(), PREFIX + "keytab");
  }

  @ParameterizedTest
  @ValueSource(strings = {"password", "ticketcache", "subject", "native"})
  void aSourceThatGivesNoKeysSaysSo(String source) throws Exception {
    Map<String, Object> properties = keytab(kdc.keytab("smtp/localhost"));
    properties.put(PREFIX + "credentials", source);
    assertRefuses(properties, "credentials=" + source);
  }

  @Test
  void theCallersSubjectWithAKeytabIsUsed() throws Exception {
    Subject server = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    byte[] token = token();
    Dialogue.as(server, () -> assertAccepts(new HashMap<>(), token));
    Map<String, Object> explicit = new HashMap<>(Map.of(PREFIX + "credentials", "subject"));
    byte[] second = token();
    Dialogue.as(server, () -> assertAccepts(explicit, second));
  }

  @Test
  void theCallersSubjectWithKeysIsUsed() throws Exception {
    kdc.add("smtp/keys.example.test", "derived from this");
    KerberosPrincipal name = new KerberosPrincipal(Kdc.full("smtp/keys.example.test"));
    KerberosKey key =
        new KerberosKey(name, "derived from this".toCharArray(), "aes128-cts-hmac-sha1-96");
    Subject server = new Subject(true, Set.of(name), Set.of(), Set.of(key));
    byte[] token = Tokens.first(alice, Tokens.SPNEGO, "smtp/keys.example.test");
    Dialogue.as(
        server,
        () -> {
          SaslServer sasl = server(new HashMap<>(), "keys.example.test");
          return assertTokenComesBack(sasl.evaluateResponse(token));
        });
  }

  @Test
  void aSubjectWithTicketsOnlyIsPassedOver() throws Exception {
    byte[] token = token();
    Map<String, Object> properties = keytab(kdc.keytab("smtp/localhost"));
    Dialogue.as(alice, () -> assertAccepts(properties, token));
  }

  @Test
  void aGssCredentialForKerberosIsUsed() throws Exception {
    Subject server = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    Oid[] kerberos = {new Oid(Tokens.KERBEROS)};
    Oid[] both = {new Oid(Tokens.SPNEGO), new Oid(Tokens.KERBEROS)};
    Map<String, Object> properties = new HashMap<>();
    for (Oid[] mechanisms : List.of(kerberos, both)) {
      properties.put(Sasl.CREDENTIALS, credential(server, mechanisms, GSSCredential.ACCEPT_ONLY));
      assertAccepts(properties, token());
      assertAccepts(properties, Tokens.first(alice, Tokens.KERBEROS, "smtp/localhost"));
    }
  }

  @Test
  void aGssCredentialThatCannotAcceptSaysSo() throws Exception {
    Oid[] kerberos = {new Oid(Tokens.KERBEROS)};
    Map<String, Object> properties = new HashMap<>();
    properties.put(Sasl.CREDENTIALS, credential(alice, kerberos, GSSCredential.INITIATE_ONLY));
    assertRefuses(properties, "initiating only");
    properties.put(Sasl.CREDENTIALS, "a text");
    SpnegoException e = assertThrows(SpnegoException.class, () -> accept(properties, token()));
    assertEquals(Reason.BAD_SETTING, e.reason());
    Subject server = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
    GSSCredential disposed = credential(server, kerberos, GSSCredential.ACCEPT_ONLY);
    disposed.dispose();
    properties.put(Sasl.CREDENTIALS, disposed);
    assertRefuses(properties, "not disposed");
  }

  @Test
  void aGssCredentialOfAnotherServiceIsRefusedUnlessItIsNamed() throws Exception {
    kdc.add("nntp/localhost", "the news server's key");
    Subject news = kdc.acceptor("nntp/localhost", kdc.keytab("nntp/localhost"));
    Oid[] kerberos = {new Oid(Tokens.KERBEROS)};
    Map<String, Object> properties = new HashMap<>();
    properties.put(Sasl.CREDENTIALS, credential(news, kerberos, GSSCredential.ACCEPT_ONLY));
    assertRefuses(properties, "nntp/localhost@EXAMPLE.TEST");
    properties.put(PREFIX + "principal", "nntp/localhost");
    assertAccepts(properties, Tokens.first(alice, Tokens.SPNEGO, "nntp/localhost"));
  }

  @Test
  @ResourceLock("javax.security.auth.login.Configuration")
  void aJaasEntryIsUsed() throws Exception {
    Configuration before = configuration();
    Map<String, String> options =
        Map.of(
            "principal", Kdc.full("smtp/localhost"),
            "useKeyTab", "true",
            "keyTab", kdc.keytab("smtp/localhost").toString(),
            "storeKey", "true",
            "isInitiator", "false",
            "doNotPrompt", "true");
    try {
      Configuration.setConfiguration(entry("mail-server", options));
      Map<String, Object> properties = new HashMap<>();
      properties.put(PREFIX + "jaasentry", "mail-server");
      assertAccepts(properties, token());
      properties.put(PREFIX + "jaasentry", "no-such-entry");
      assertRefuses(properties, "no-such-entry");
    } finally {
      Configuration.setConfiguration(before);
    }
  }

  /** A login module that is not the JDK's. Its exception's cause is not for a log. */
  public static final class Vault implements LoginModule {
    @Override
    public void initialize(
        Subject subject, CallbackHandler handler, Map<String, ?> state, Map<String, ?> options) {}

    @Override
    public boolean login() throws LoginException {
      LoginException sealed = new LoginException("the vault is sealed");
      sealed.initCause(new IOException("GET https://vault.test/keys?token=SECRET: 503"));
      throw sealed;
    }

    @Override
    public boolean commit() {
      return false;
    }

    @Override
    public boolean abort() {
      return false;
    }

    @Override
    public boolean logout() {
      return false;
    }
  }

  @Test
  @ResourceLock("javax.security.auth.login.Configuration")
  void whatALoginModuleSaysIsToldAndNotItsCause() throws Exception {
    Configuration before = configuration();
    try {
      Configuration.setConfiguration(entry("vault", Vault.class.getName(), Map.of()));
      byte[] token = token();
      SpnegoException e =
          assertThrows(
              SpnegoException.class, () -> accept(Map.of(PREFIX + "jaasentry", "vault"), token));
      assertContains(e, "Accepting a client by the JAAS entry vault: the vault is sealed.");
      assertFalse(e.getMessage().contains("SECRET"), e::getMessage);
    } finally {
      Configuration.setConfiguration(before);
    }
  }

  @Test
  void aRekeyedServerNeedsNoRestart() throws Exception {
    kdc.add("smtp/rekeyed.example.test", "the first key");
    Path file = kdc.keytab("smtp/rekeyed.example.test");
    Map<String, Object> properties = keytab(file);
    byte[] before = rekeyedToken(alice);
    assertTokenComesBack(server(properties, "rekeyed.example.test").evaluateResponse(before));

    kdc.changePassword("smtp/rekeyed.example.test", "the second key");
    kdc.writeKeytab(file, "smtp/rekeyed.example.test");
    // The ticket that alice already has was made with the first key.
    SpnegoException e =
        assertThrows(
            SpnegoException.class,
            () -> server(properties, "rekeyed.example.test").evaluateResponse(rekeyedToken(alice)));
    assertEquals(Reason.MESSAGE_MODIFIED, e.reason(), e.toString());
    assertContains(e, "new ticket");
    Subject again = kdc.login("alice", Kdc.PASSWORD);
    assertTokenComesBack(
        server(properties, "rekeyed.example.test").evaluateResponse(rekeyedToken(again)));
  }

  @Test
  void aKeytabThatComesLaterIsRead() throws Exception {
    Path file = kdc.newFile("keytab");
    Map<String, Object> properties = keytab(file);
    assertRefuses(properties, "does not exist");
    kdc.writeKeytab(file, "smtp/localhost");
    assertAccepts(properties, token());
    Files.delete(file);
    assertRefuses(properties, "does not exist");
  }

  private static byte[] rekeyedToken(Subject client) throws Exception {
    return Tokens.first(client, Tokens.SPNEGO, "smtp/rekeyed.example.test");
  }

  private static byte[] token() throws Exception {
    return Tokens.first(alice, Tokens.SPNEGO, "smtp/localhost");
  }

  private static Map<String, Object> keytab(Path file) {
    return new HashMap<>(Map.of(PREFIX + "keytab", file.toString()));
  }

  private static boolean assertAccepts(Map<String, Object> properties, byte[] token)
      throws Exception {
    return assertTokenComesBack(accept(properties, token));
  }

  private static boolean assertTokenComesBack(byte[] token) {
    assertTrue(token.length > 0);
    return true;
  }

  private static void assertRefuses(Map<String, Object> properties, String... named)
      throws Exception {
    byte[] token = token();
    SpnegoException e = assertThrows(SpnegoException.class, () -> accept(properties, token));
    assertEquals(Reason.ACCEPTOR_CREDENTIALS, e.reason(), e.toString());
    for (String name : named) {
      assertContains(e, name);
    }
  }

  private static void assertContains(SpnegoException e, String part) {
    assertTrue(e.toString().contains(part), e.toString());
  }

  private static byte[] accept(Map<String, ?> properties, byte[] token) throws Exception {
    return server(properties, "localhost").evaluateResponse(token);
  }

  private static SaslServer server(Map<String, ?> properties, String host) {
    return Objects.requireNonNull(
        new SpnegoSaslServerFactory().createSaslServer("GSSAPI", "smtp", host, properties, null));
  }

  private static GSSCredential credential(Subject subject, Oid[] mechanisms, int usage)
      throws Exception {
    return Dialogue.as(
        subject,
        () ->
            GSSManager.getInstance()
                .createCredential(null, GSSCredential.INDEFINITE_LIFETIME, mechanisms, usage));
  }

  private static Configuration configuration() {
    try {
      return Configuration.getConfiguration();
    } catch (SecurityException e) {
      return entry("nothing", Map.of()); // the JVM has no file
    }
  }

  private static Configuration entry(String known, Map<String, String> options) {
    return entry(known, "com.sun.security.auth.module.Krb5LoginModule", options);
  }

  private static Configuration entry(String known, String module, Map<String, String> options) {
    AppConfigurationEntry[] entries = {
      new AppConfigurationEntry(module, LoginModuleControlFlag.REQUIRED, options)
    };
    return new Configuration() {
      @Override
      @SuppressWarnings("NullAway") // null is what it returns for others
      public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
        return name.equals(known) ? entries.clone() : null;
      }
    };
  }
}
