package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.mail.Program.Failure;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.KdcProxy;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.security.auth.Subject;
import org.apache.kerby.kerberos.kerb.ccache.Credential;
import org.apache.kerby.kerberos.kerb.ccache.CredentialCache;
import org.apache.kerby.kerberos.kerb.keytab.Keytab;
import org.apache.kerby.kerberos.kerb.keytab.KeytabEntry;
import org.apache.kerby.kerberos.kerb.type.KerberosTime;
import org.apache.kerby.kerberos.kerb.type.base.EncryptionKey;
import org.apache.kerby.kerberos.kerb.type.base.EncryptionType;
import org.apache.kerby.kerberos.kerb.type.base.PrincipalName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each message alone is enough to mend what is wrong: what was tried, what came back, what to do.
 */
class FailureMessagesIT {
  private static Kdc kdc;
  private static ScriptedSmtpServer server;

  @BeforeAll
  static void start() {
    kdc = Kdc.shared();
    server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI PLAIN LOGIN")
            .auth(
                AuthScripts.accepting(kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"))))
            .mustAuthenticate()
            .start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void letTheKdcAnswer() {
    kdc.proxy().mode(KdcProxy.Mode.FORWARD);
  }

  /** Fails before anything was sent to the mail server, AUTH least of all. */
  private static Failure fail(Program program, String user, @Nullable String password) {
    Failure failure = program.failToSend(server, user, password);
    assertEquals(List.of(), server.authLines());
    return failure;
  }

  private static Program using(String name, Path file) {
    return Program.withGssapi().set("sasl.spnego." + name, file.toString());
  }

  @Test
  void noTicketCache() {
    Path missing = kdc.newFile("nothing");
    Failure failure = fail(using("ticketcache", missing), "alice", null);
    assertEquals(Reason.NO_CREDENTIALS, failure.reason());
    failure.says(missing.toString(), "does not exist", "kinit", "mail.smtp.sasl.spnego.keytab");
  }

  @Test
  void anExpiredTicket() throws Exception {
    Path cache = kdc.ticketCache("alice", Kdc.PASSWORD);
    expire(cache);
    Failure failure = fail(using("ticketcache", cache), "alice", null);
    assertEquals(Reason.NO_CREDENTIALS, failure.reason());
    failure.says(cache.toString(), "expired", "kinit");
  }

  /** Moves the end of the tickets in a cache into the past. */
  private static void expire(Path file) throws IOException {
    CredentialCache cache = new CredentialCache();
    cache.load(file.toFile());
    byte[] octets = Files.readAllBytes(file);
    for (Credential credential : cache.getCredentials()) {
      int end = (int) (credential.getEndTime().getTime() / 1000);
      for (int i = 0; i <= octets.length - Integer.BYTES; i++) {
        if (ByteBuffer.wrap(octets, i, Integer.BYTES).getInt() == end) {
          ByteBuffer.wrap(octets, i, Integer.BYTES).putInt(end - 7 * 24 * 3600);
        }
      }
    }
    Files.write(file, octets);
  }

  @Test
  void aTargetNameThatDoesNotExist() {
    Failure failure =
        fail(
            using("ticketcache", kdc.ticketCache("alice", Kdc.PASSWORD))
                .set("sasl.spnego.spn", "smtp/alias.example.test"),
            "alice",
            null);
    assertEquals(Reason.SERVER_UNKNOWN, failure.reason());
    failure.says(
        "smtp@alias.example.test",
        "alice@EXAMPLE.TEST",
        "setspn -Q SMTP/host",
        "mail.smtp.sasl.spnego.spn");
  }

  @Test
  void aWrongPassword() {
    Program program = Program.withGssapi();
    Failure failure = fail(program, "bob", "a guess");
    assertEquals(Reason.WRONG_PASSWORD, failure.reason());
    failure.says("bob", "Check the password");

    int asked = kdc.proxy().asRequests();
    Failure again = fail(program, "bob", "a guess");
    assertEquals(Reason.WRONG_PASSWORD, again.reason());
    again.says("bob", "not", "lock");
    assertEquals(asked, kdc.proxy().asRequests(), "accounts lock");
  }

  @Test
  void aWrongPasswordFromAnAuthenticatorIsAskedOfTheKdcOnce() {
    kdc.add("carol", "her own secret");
    Program program = Program.withGssapi().authenticator("carol", "a guess");
    int before = kdc.proxy().asRequests();
    assertEquals(Reason.WRONG_PASSWORD, fail(program, "carol", null).reason());
    // One request learns that pre-authentication is needed, the other one carries it.
    assertEquals(before + 2, kdc.proxy().asRequests());
  }

  @Test
  void aClientThatDoesNotExist() {
    Failure failure = fail(Program.withGssapi(), "nobody", "a guess");
    assertEquals(Reason.CLIENT_UNKNOWN, failure.reason());
    failure.says("nobody", "spelling of the principal", Kdc.REALM);
  }

  @Test
  void aUserPrincipalNameWhoseSuffixIsNoRealm() {
    Failure failure = fail(Program.withGssapi(), "alice@mail.example", Kdc.PASSWORD);
    assertEquals(Reason.KDC_UNREACHABLE, failure.reason());
    failure.says("alice@mail.example", "default realm " + Kdc.REALM);
  }

  @Test
  void aKeytabWithoutThePrincipal() {
    Path keytab = kdc.keytab("bob");
    Failure failure =
        fail(using("keytab", keytab).set("sasl.spnego.principal", "alice"), "alice", null);
    assertEquals(Reason.KEYTAB, failure.reason());
    failure.says(keytab.toString(), "alice", "holds: bob@EXAMPLE.TEST", "klist -kt");
  }

  @Test
  void aKeytabOfAnEncryptionTypeThatIsOff() throws Exception {
    Path file = kdc.newFile("keytab");
    EncryptionKey key = new EncryptionKey(EncryptionType.ARCFOUR_HMAC, new byte[16], 1);
    Keytab keytab = new Keytab();
    keytab.addEntry(
        new KeytabEntry(
            new PrincipalName("alice@" + Kdc.REALM), KerberosTime.now(), (byte) 1, key));
    keytab.store(file.toFile());
    Failure failure = fail(using("keytab", file).set("sasl.spnego.principal", "alice"), "", null);
    assertEquals(Reason.KEYTAB, failure.reason());
    failure.says(file.toString(), "alice@EXAMPLE.TEST (kvno 1, enctype 23)", "AES only");
  }

  @Test
  void aRelativePathIsSaidInFull() {
    Failure failure =
        fail(using("keytab", Path.of("no.keytab")).set("sasl.spnego.principal", "alice"), "", null);
    assertEquals(Reason.KEYTAB, failure.reason());
    failure.says(Path.of("no.keytab").toAbsolutePath().toString(), "permissions");
  }

  @Test
  void aKeytabThatIsNotThere() {
    Path missing = kdc.newFile("keytab");
    Failure failure =
        fail(using("keytab", missing).set("sasl.spnego.principal", "alice"), "", null);
    assertEquals(Reason.KEYTAB, failure.reason());
    failure.says(missing.toString(), "does not exist");
  }

  @Test
  void aKeytabWithAnOldKey() {
    kdc.add("dave", "his first secret");
    Path keytab = kdc.keytab("dave");
    kdc.changePassword("dave", "his second secret");
    Failure failure = fail(using("keytab", keytab), "dave", null);
    assertEquals(Reason.WRONG_PASSWORD, failure.reason());
    failure.says(keytab.toString(), "dave@EXAMPLE.TEST", "make a new one with the current key");
  }

  @Test
  void aKdcThatDoesNotAnswer() {
    kdc.add("erin", "her own secret");
    kdc.proxy().mode(KdcProxy.Mode.REFUSE);
    Failure failure = fail(Program.withGssapi(), "erin", "her own secret");
    assertEquals(Reason.KDC_UNREACHABLE, failure.reason());
    failure.says("erin", "localhost:" + kdc.proxy().port(), "port 88");
  }

  @Test
  void aRealmThatIsNotConfigured() {
    Failure failure = fail(Program.withGssapi(), "alice@NOWHERE.TEST", "a secret");
    assertEquals(Reason.KDC_UNREACHABLE, failure.reason());
    failure.says("alice@NOWHERE.TEST", "NOWHERE.TEST", kdc.configuration().toString());
  }

  @Test
  void aTicketCacheOfATypeThatTheJdkCannotRead() {
    Failure failure =
        fail(Program.withGssapi().set("sasl.spnego.ticketcache", "KCM:1000"), "alice", null);
    assertEquals(Reason.TICKET_CACHE_TYPE, failure.reason());
    failure.says("KCM:1000", "FILE");
  }

  @Test
  void aServerWhoseKeyIsNotTheKdcs() {
    kdc.add("smtp2/localhost", "the first key");
    Subject oldKeys = kdc.acceptor("smtp2/localhost", kdc.keytab("smtp2/localhost"));
    kdc.changePassword("smtp2/localhost", "the second key");
    try (ScriptedSmtpServer rekeyed =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(AuthScripts.accepting(oldKeys))
            .start()) {
      Failure failure =
          using("ticketcache", kdc.ticketCache("alice", Kdc.PASSWORD))
              .set("sasl.spnego.service", "smtp2")
              .failToSend(rekeyed, "alice", null);
      assertEquals(Reason.SERVER_REFUSED, failure.reason());
      failure.says("535 5.7.8", "smtp2@localhost", "alice@EXAMPLE.TEST", "klist -kt");
    }
  }
}
