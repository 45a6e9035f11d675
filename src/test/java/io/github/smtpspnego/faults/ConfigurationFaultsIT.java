package io.github.smtpspnego.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.CutWire;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import io.github.smtpspnego.support.Residue;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.AuthenticationFailedException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kerby.kerberos.kerb.KrbErrorCode;
import org.apache.kerby.kerberos.kerb.type.KerberosTime;
import org.apache.kerby.kerberos.kerb.type.base.KrbError;
import org.apache.kerby.kerberos.kerb.type.base.PrincipalName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The machine is not set up as it should be: no default realm, a clock that is wrong. */
@Timeout(60)
class ConfigurationFaultsIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path ACCEPTOR_KEYTAB = KDC.keytab("smtp/localhost");
  private static final String KEYTAB = "mail.smtp.sasl.spnego.keytab";

  private Residue before;
  private MailServer server;

  @BeforeEach
  void start() throws Exception {
    try (MailServer warm = MailServer.start(Map.of(KEYTAB, ACCEPTOR_KEYTAB.toString()))) {
      withCache(warm.port()).send(); // what is loaded once is no residue
    }
    before = Residue.before();
    server = MailServer.start(Map.of(KEYTAB, ACCEPTOR_KEYTAB.toString()));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    server.close();
    before.assertNothingIsLeft();
  }

  private static Mailer withCache(int port) {
    return Mailer.to(port).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
  }

  private static Kdc.Configured noDefaultRealm() {
    return KDC.settings()
        .without("default_realm")
        .set("dns_lookup_realm", "false")
        .set("dns_lookup_kdc", "false")
        .use();
  }

  private static void assertFails(Reason reason, Callable<?> attempt, String... parts) {
    AuthenticationFailedException e =
        assertThrows(AuthenticationFailedException.class, attempt::call);
    SpnegoException cause = assertInstanceOf(SpnegoException.class, e.getCause(), e::toString);
    assertEquals(reason, cause.reason(), e::toString);
    for (String part : parts) {
      assertTrue(cause.getMessage().contains(part), () -> part + " is not in: " + e.getMessage());
    }
  }

  private static Callable<?> sending(Mailer mailer, String user, String password) {
    return () -> {
      mailer.send(user, password);
      return "sent";
    };
  }

  @Test
  void withoutADefaultRealmAPrincipalWithoutRealmIsToldSoAndOneWithItWorks() throws Exception {
    KDC.add("frank", "his secret");
    Mailer mailer = Mailer.to(server.port());
    try (Kdc.Configured configured = noDefaultRealm()) {
      assertFails(
          Reason.NO_REALM,
          sending(mailer, "frank", "his secret"),
          "frank",
          configured.file().toString(),
          "default realm none",
          "default_realm");
      mailer.send(Kdc.full("frank"), "his secret");
    }
    mailer.send("frank", "his secret");
    assertEquals(List.of("frank@EXAMPLE.TEST", "frank@EXAMPLE.TEST"), server.principals());
  }

  @Test
  void withoutADefaultRealmATicketCacheAndAKeytabWork() throws Exception {
    Mailer cache = withCache(server.port());
    Mailer keytab = Mailer.to(server.port()).spnego("keytab", KDC.keytab("bob"));
    try (Kdc.Configured configured = noDefaultRealm()) {
      assertTrue(configured.file().toFile().exists());
      cache.send();
      keytab.send();
    }
    assertEquals(List.of("alice@EXAMPLE.TEST", "bob@EXAMPLE.TEST"), server.principals());
  }

  @Test
  void withoutADefaultRealmATargetNameWithoutRealmIsToldSoAndOneWithItWorks() throws Exception {
    KDC.add("smtp/relay.example.test", "its key");
    try (MailServer relay =
        MailServer.start(null, Map.of(KEYTAB, KDC.keytab("smtp/relay.example.test").toString()))) {
      Mailer mailer = withCache(relay.port()).spnego("spn", "smtp/relay.example.test");
      try (Kdc.Configured configured = noDefaultRealm()) {
        assertFails(
            Reason.NO_REALM,
            sending(mailer, "", ""),
            "smtp@relay.example.test",
            configured.file().toString(),
            "default_realm");
        mailer.spnego("spn", "smtp/relay.example.test@EXAMPLE.TEST").send();
      }
      mailer.spnego("spn", "smtp/relay.example.test").send();
      assertEquals(2, relay.principals().size());
    }
  }

  @Test
  void withoutADefaultRealmAServersPrincipalWithoutRealmIsFoundInItsKeytab() throws Exception {
    Mailer mailer = withCache(server.port());
    try (LogRecorder log = LogRecorder.start();
        MailServer other =
            MailServer.start(
                Map.of(
                    KEYTAB,
                    ACCEPTOR_KEYTAB.toString(),
                    "mail.smtp.sasl.spnego.principal",
                    "smtp/localhost"))) {
      mailer.with("mail.smtp.port", Integer.toString(other.port()));
      try (Kdc.Configured configured = noDefaultRealm()) {
        assertTrue(configured.file().toFile().exists());
        mailer.send();
        assertEquals(List.of(), log.warnings());
      }
      mailer.send();
      assertEquals(2, other.principals().size());
    }
  }

  /** A real error 37: what is under way for some milliseconds is too late for this server. */
  @Test
  void clockSkewFoundByAMailServerThatToleratesNone() throws Exception {
    try (LogRecorder log = LogRecorder.start();
        CutWire wire = CutWire.to(server.port())) {
      Mailer mailer = withCache(wire.port());
      mailer.send();
      wire.delay(Duration.ofMillis(20));
      try (Kdc.Configured configured = KDC.settings().set("clockskew", "0").use()) {
        assertTrue(configured.file().toFile().exists());
        assertThrows(AuthenticationFailedException.class, mailer::send);
      }
      String told = log.warnings().toString();
      assertTrue(told.contains("#clock-skew"), told);
      assertTrue(told.contains("NTP"), told);
      wire.mend();
      mailer.send();
    }
    assertEquals(2, server.principals().size());
  }

  @Test
  void clockSkewInAKerberosErrorForgedByAMailServer() throws Exception {
    KrbError error = new KrbError();
    error.setErrorCode(KrbErrorCode.KRB_AP_ERR_SKEW);
    error.setStime(new KerberosTime(System.currentTimeMillis() - Duration.ofHours(1).toMillis()));
    error.setSusec(0);
    error.setRealm(Kdc.REALM);
    error.setSname(new PrincipalName("smtp/localhost"));
    Mailer mailer = withCache(server.port());
    try (ScriptedSmtpServer forger =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(
                AuthScripts.challengingToken(
                    acceptIncomplete(error.encode()), AuthScripts.answering("535 5.7.8 No")))
            .start()) {
      mailer.with("mail.smtp.port", Integer.toString(forger.port()));
      assertFails(
          Reason.CLOCK_SKEW,
          sending(mailer, "", ""),
          "the clocks differ too much (37)",
          "smtp@localhost",
          "NTP");
    }
    mailer.with("mail.smtp.port", Integer.toString(server.port())).send();
    assertEquals(1, server.principals().size());
  }

  /** NegTokenResp of RFC 4178 section 4.2.2: accept-incomplete, Kerberos, and this token. */
  private static byte[] acceptIncomplete(byte[] krbError) {
    byte[] kerberos = {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x12, 0x01, 0x02, 0x02};
    byte[] tokenId = {0x03, 0x00};
    byte[] mechToken = der(0x60, der(0x06, kerberos), tokenId, krbError);
    return der(
        0xa1,
        der(
            0x30,
            der(0xa0, der(0x0a, new byte[] {1})),
            der(0xa1, der(0x06, kerberos)),
            der(0xa2, der(0x04, mechToken))));
  }

  private static byte[] der(int tag, byte[]... contents) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : contents) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    encoded.write(tag);
    if (content.size() > 0x7f) {
      encoded.write(0x82);
      encoded.write(content.size() >> 8);
    }
    encoded.write(content.size());
    encoded.writeBytes(content.toByteArray());
    return encoded.toByteArray();
  }
}
