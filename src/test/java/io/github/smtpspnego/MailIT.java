package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.MailServer;
import io.github.smtpspnego.support.Mailer;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A program that knows Jakarta Mail only sends mail, with every source of credentials. */
class MailIT {
  private static final Kdc KDC = Kdc.shared();
  private static final Path ACCEPTOR_KEYTAB = KDC.keytab("smtp/localhost");

  @TempDir Path directory;

  private MailServer server;

  @BeforeEach
  void start() {
    server = start(Map.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static MailServer start(Map<String, String> more) {
    Map<String, String> settings = new java.util.HashMap<>(more);
    settings.put("mail.smtp.sasl.spnego.keytab", ACCEPTOR_KEYTAB.toString());
    return MailServer.start(settings);
  }

  /** A way to have credentials, and the program that sends with them. */
  enum Source {
    TICKETCACHE {
      @Override
      void send(Mailer mailer) throws MessagingException {
        mailer.spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD)).send("alice", "");
      }
    },
    KEYTAB {
      @Override
      void send(Mailer mailer) throws MessagingException {
        mailer
            .spnego("keytab", KDC.keytab("alice"))
            .spnego("principal", Kdc.full("alice"))
            .send("alice", "");
      }
    },
    PASSWORD {
      @Override
      void send(Mailer mailer) throws MessagingException {
        mailer.send("alice", Kdc.PASSWORD);
      }
    },
    SUBJECT {
      @Override
      void send(Mailer mailer) throws MessagingException {
        asAlice(
            () -> {
              mailer.send();
              return "sent";
            });
      }
    },
    GSS_CREDENTIAL {
      @Override
      void send(Mailer mailer) throws MessagingException {
        GSSCredential credential =
            asAlice(() -> GSSManager.getInstance().createCredential(GSSCredential.INITIATE_ONLY));
        mailer.with(Sasl.CREDENTIALS, credential).send();
      }
    },
    JAAS {
      @Override
      void send(Mailer mailer) throws MessagingException {
        Path file = KDC.newFile("jaas.conf");
        try {
          Files.writeString(
              file,
              "mailer { com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true"
                  + " doNotPrompt=true keyTab=\""
                  + KDC.keytab("alice")
                  + "\" principal=\"alice\"; };");
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
        System.setProperty("java.security.auth.login.config", file.toString());
        try {
          javax.security.auth.login.Configuration.getConfiguration().refresh();
          mailer.spnego("jaasentry", "mailer").send();
        } finally {
          System.clearProperty("java.security.auth.login.config");
        }
      }
    };

    abstract void send(Mailer mailer) throws MessagingException;
  }

  static Stream<Arguments> matrix() {
    List<Arguments> cells = new ArrayList<>();
    for (Source source : Source.values()) {
      for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
        for (String ending : List.of("none", "required")) {
          for (String initialResponse : List.of("always", "never")) {
            cells.add(Arguments.of(source, mechanism, ending, initialResponse));
          }
        }
      }
    }
    return cells.stream();
  }

  @ParameterizedTest(name = "{0} {1} server''s layer {2} initial response {3}")
  @MethodSource("matrix")
  void mailIsSent(Source source, String mechanism, String ending, String initialResponse)
      throws Exception {
    server.close();
    server = start(Map.of("mail.smtp.sasl.spnego.securitylayer", ending));
    source.send(
        Mailer.to(server.port())
            .with("mail.smtp.sasl.mechanisms", mechanism)
            .spnego("initialresponse", initialResponse));
    assertEquals(List.of("alice@EXAMPLE.TEST"), server.principals());
    assertEquals(List.of("alice@EXAMPLE.TEST"), server.authorizationIds());
    assertEquals("A mail", server.received()[0].getSubject());
    long responses = server.dialogue().stream().filter(line -> line.startsWith("S: 334")).count();
    assertEquals(
        1 + (ending.equals("required") ? 1 : 0) + (initialResponse.equals("never") ? 1 : 0),
        responses);
  }

  @Test
  void aThousandConnectionsCostTheKdcOneLoginAndOneServiceTicket() throws Exception {
    Path keytab = KDC.keytab("alice");
    Mailer mailer =
        Mailer.to(server.port()).spnego("keytab", keytab).spnego("principal", Kdc.full("alice"));
    mailer.send();
    int asRequests = KDC.proxy().asRequests();
    int tgsRequests = KDC.proxy().tgsRequests();
    for (int i = 1; i < 1000; i++) {
      mailer.send();
    }
    assertEquals(1000, server.principals().size());
    assertEquals(asRequests, KDC.proxy().asRequests());
    assertEquals(tgsRequests, KDC.proxy().tgsRequests());
  }

  @Test
  void aKeytabWithoutPrincipalSettingLogsInAsTheMailUser() throws Exception {
    Path keytab = KDC.keytab("bob", "alice");
    Mailer.to(server.port()).spnego("keytab", keytab).send("alice", "");
    Mailer.to(server.port()).spnego("keytab", keytab).send("", "");
    assertEquals(List.of("alice@EXAMPLE.TEST", "bob@EXAMPLE.TEST"), server.principals());
  }

  @Test
  void aReplacedTicketCacheIsReadAgain() throws Exception {
    Path cache = KDC.ticketCache("alice", Kdc.PASSWORD);
    Mailer mailer = Mailer.to(server.port()).spnego("ticketcache", cache);
    mailer.send();
    KDC.writeTicketCache(cache, "bob", "bob's own secret");
    mailer.send();
    assertEquals(List.of("alice@EXAMPLE.TEST", "bob@EXAMPLE.TEST"), server.principals());
  }

  @Test
  void anAuthorizationIdentityIsSentOnlyWhereItIsSet() throws Exception {
    server.close();
    server = start(Map.of("mail.smtp.sasl.spnego.securitylayer", "required"));
    Mailer mailer =
        Mailer.to(server.port()).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    mailer.send("somebody@contoso.com", "");
    assertEquals(1, server.principals().size());
    mailer.with("mail.smtp.sasl.authorizationid", "bob");
    AuthenticationFailedException refused =
        assertThrows(AuthenticationFailedException.class, () -> mailer.send());
    assertTrue(refused.getMessage().contains(", to act as bob by AUTH"), refused::getMessage);
    assertEquals(1, server.principals().size());
  }

  /** Kerby issues no forwarded tickets; that the client asks for one is what can be seen here. */
  @Test
  void aForwardedTicketIsAskedForOnlyWhereDelegationIsSet() throws Exception {
    Mailer mailer =
        Mailer.to(server.port()).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    mailer.send();
    int tgsRequests = KDC.proxy().tgsRequests();
    mailer.send();
    assertEquals(tgsRequests, KDC.proxy().tgsRequests());
    mailer.spnego("delegation", "true");
    assertThrows(AuthenticationFailedException.class, mailer::send);
    assertEquals(tgsRequests + 1, KDC.proxy().tgsRequests());
  }

  @ParameterizedTest
  @MethodSource("targetNames")
  void theTargetNameIsFoundByServiceOrSpn(String setting, String value) throws Exception {
    Mailer.to(server.port())
        .spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD))
        .spnego(setting, value)
        .send();
    assertEquals(1, server.principals().size());
  }

  static Stream<Arguments> targetNames() {
    return Stream.of(
        Arguments.of("service", "smtp"),
        Arguments.of("spn", "smtp/localhost"),
        Arguments.of("spn", "smtp@localhost"),
        Arguments.of("spn", "smtp/localhost@EXAMPLE.TEST"));
  }

  @Test
  void anApplicationThatTurnedSubjectCredentialsOffIsServed() throws Exception {
    System.setProperty("javax.security.auth.useSubjectCredsOnly", "false");
    try {
      Mailer.to(server.port()).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD)).send();
    } finally {
      System.clearProperty("javax.security.auth.useSubjectCredsOnly");
    }
    assertEquals(1, server.principals().size());
  }

  @Test
  void aServerThatWasRekeyedIsServedByTheNextConnection() throws Exception {
    KDC.add("smtp/rekeyed-in-between", "first");
    Path keytab = KDC.keytab("smtp/rekeyed-in-between");
    try (MailServer rekeyed =
        MailServer.start(null, Map.of("mail.smtp.sasl.spnego.keytab", keytab.toString()))) {
      Mailer mailer =
          Mailer.to(rekeyed.port())
              .spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD))
              .spnego("spn", "smtp/rekeyed-in-between");
      mailer.send();
      KDC.changePassword("smtp/rekeyed-in-between", "second");
      KDC.writeKeytab(keytab, "smtp/rekeyed-in-between");
      assertThrows(AuthenticationFailedException.class, mailer::send);
      mailer.send();
      assertEquals(2, rekeyed.principals().size());
    }
  }

  @Test
  void noThreadAndNoSystemPropertyIsLeft() throws Exception {
    Mailer mailer =
        Mailer.to(server.port()).spnego("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    Map<Object, Object> before = new java.util.HashMap<>(System.getProperties());
    mailer.send();
    assertEquals(before, new java.util.HashMap<>(System.getProperties()));
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().toLowerCase(Locale.ROOT).contains("spnego")));
    assertNotNull(server.received()[0].getSubject());
  }

  private static <T> T asAlice(PrivilegedExceptionAction<T> action) {
    try {
      return Subject.doAs(KDC.login("alice", Kdc.PASSWORD), action);
    } catch (PrivilegedActionException e) {
      throw new IllegalStateException(e.getException());
    }
  }
}
