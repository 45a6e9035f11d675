package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.SpnegoProvider;
import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.Kdc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.Sasl;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose credentials are used where several could be, and that they are the principal's. */
class InitiatorFinderIT {
  private static final Kdc KDC = Kdc.shared();
  private static final String JAAS = "java.security.auth.login.config";

  private final Map<String, Object> properties = new HashMap<>();
  private String protocol = "smtp";
  private String user = "";
  private String password = "";
  private final List<Class<?>> asked = new ArrayList<>();

  @AfterEach
  void forgetJaas() {
    System.clearProperty(JAAS);
  }

  /** What a program names, in the order in which it is taken. */
  private enum Named {
    CREDENTIAL {
      @Override
      void alices(InitiatorFinderIT test) throws Exception {
        test.properties.put(Sasl.CREDENTIALS, credentialOf("alice", Kdc.PASSWORD));
      }
    },
    KEYTAB {
      @Override
      void alices(InitiatorFinderIT test) {
        test.set("keytab", KDC.keytab("alice"));
      }
    },
    JAASENTRY {
      @Override
      void alices(InitiatorFinderIT test) throws IOException {
        test.setJaasEntry("alice");
      }
    },
    PASSWORD {
      @Override
      void alices(InitiatorFinderIT test) {
        test.user = "alice";
        test.password = Kdc.PASSWORD;
      }
    },
    TICKETCACHE {
      @Override
      void alices(InitiatorFinderIT test) {
        test.set("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
      }
    };

    abstract void alices(InitiatorFinderIT test) throws Exception;
  }

  @ParameterizedTest
  @EnumSource
  void whatTheProgramNamesIsTakenBeforeTheThreadsSubject(Named named) throws Exception {
    named.alices(this);
    assertAlice(asBob(this::find));
  }

  @ParameterizedTest
  @CsvSource({
    "CREDENTIAL, KEYTAB",
    "KEYTAB, JAASENTRY",
    "JAASENTRY, PASSWORD",
    "PASSWORD, TICKETCACHE",
  })
  void whatTheProgramNamesHasAnOrder(Named first, String second) throws Exception {
    switch (second) {
      case "KEYTAB" -> set("keytab", KDC.keytab("bob"));
      case "JAASENTRY" -> setJaasEntry("bob");
      case "PASSWORD" -> {
        user = "bob";
        password = "bob's own secret";
      }
      default -> set("ticketcache", KDC.ticketCache("bob", "bob's own secret"));
    }
    first.alices(this);
    if (first == Named.JAASENTRY) {
      setJaasEntry("alice");
    }
    assertAlice(find());
  }

  @Test
  void theThreadsSubjectIsTakenWhereTheProgramNamesNothing() throws Exception {
    InitiatorCredentials found = asBob(this::find);
    assertEquals("as bob@EXAMPLE.TEST with the caller's Subject", found.describe());
    assertEquals("bob@EXAMPLE.TEST", nameOf(found));
  }

  @ParameterizedTest
  @EnumSource
  void anotherPrincipalThanTheOneSetIsAFailureThatNamesBoth(Named named) throws Exception {
    if (named == Named.KEYTAB || named == Named.PASSWORD) {
      return; // these log in as the principal
    }
    named.alices(this);
    set("principal", "bob@EXAMPLE.TEST");
    assertNotWanted(assertThrows(SpnegoException.class, this::find));
  }

  @Test
  void anotherPrincipalsSubjectIsAFailureThatNamesBoth() throws Exception {
    set("principal", "bob@EXAMPLE.TEST");
    Subject alice = KDC.login("alice", Kdc.PASSWORD);
    assertNotWanted(assertThrows(SpnegoException.class, () -> as(alice, this::find)));
  }

  @Test
  void anotherPrincipalsCacheWithExpiredTicketsIsAFailureThatNamesBoth() throws Exception {
    KDC.ticketLifetime(Duration.ofSeconds(1));
    try {
      set("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    } finally {
      KDC.ticketLifetime(Duration.ofHours(8));
    }
    Thread.sleep(1500);
    set("principal", "bob");
    assertNotWanted(assertThrows(SpnegoException.class, this::find));
  }

  /** The JDK's login module obeys that property rather than the principal that it is given. */
  @Test
  @ResourceLock("java.lang.System.properties")
  void anotherPrincipalBySystemPropertyIsAFailureThatNamesBoth() {
    set("keytab", KDC.keytab("alice", "bob"));
    set("principal", "bob@EXAMPLE.TEST");
    SpnegoProvider.logout();
    System.setProperty("sun.security.krb5.principal", "alice@EXAMPLE.TEST");
    try {
      assertNotWanted(assertThrows(SpnegoException.class, this::find));
    } finally {
      System.clearProperty("sun.security.krb5.principal");
      SpnegoProvider.logout();
    }
  }

  private static void assertNotWanted(SpnegoException e) {
    assertEquals(Reason.NO_CREDENTIALS, e.reason(), e::getMessage);
    assertTrue(e.getMessage().contains("bob"), e::getMessage);
    assertTrue(e.getMessage().contains("alice@EXAMPLE.TEST"), e::getMessage);
    assertTrue(e.getMessage().contains("mail.smtp.sasl.spnego.principal"), e::getMessage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bob", "bob@EXAMPLE.TEST"})
  void aPrincipalWithoutRealmIsInTheDefaultRealm(String principal) throws Exception {
    set("principal", principal);
    assertEquals("bob@EXAMPLE.TEST", nameOf(asBob(this::find)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bo", "bob@", "bob@EXAMPLE", "Bob", "ob", "bob@EXAMPLE.TEST.", "bob/x"})
  void nothingElseIsTheSamePrincipal(String principal) {
    set("principal", principal);
    assertThrows(SpnegoException.class, () -> asBob(this::find));
  }

  @Test
  void whereNoDefaultRealmIsKnownAPrincipalWithoutRealmIsInAnyRealm() throws Exception {
    set("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    set("principal", "alice");
    try (Kdc.Configured configured =
        KDC.settings()
            .without("default_realm")
            .set("dns_lookup_realm", "false")
            .set("dns_lookup_kdc", "false")
            .use()) {
      assertNotNull(configured.file());
      assertEquals("alice@EXAMPLE.TEST", nameOf(find()));
      set("principal", "lice");
      assertThrows(SpnegoException.class, this::find);
    }
  }

  @Test
  void ofSeveralTicketsInASubjectThePrincipalsIsTaken() throws Exception {
    Subject both = new Subject();
    Duration hour = Duration.ofHours(1);
    both.getPrivateCredentials().add(ForgedTickets.ticket("alice", "krbtgt/EXAMPLE.TEST", hour));
    both.getPrivateCredentials().add(ForgedTickets.ticket("bob", "krbtgt/EXAMPLE.TEST", hour));
    assertEquals("alice@EXAMPLE.TEST", nameOf(as(both, this::find)));
    set("principal", "bob");
    assertEquals("bob@EXAMPLE.TEST", nameOf(as(both, this::find)));
  }

  @ParameterizedTest
  @CsvSource({"alice, false", "bob, false", "alice, true", "bob, true"})
  void ofSeveralClientsServiceTicketsInASubjectThePrincipalsIsUsed(
      String principal, boolean othersTicketGrantingTicket) throws Exception {
    Subject both = new Subject();
    Duration hour = Duration.ofHours(1);
    for (String client : List.of("alice", "bob")) {
      both.getPrivateCredentials().add(ForgedTickets.ticket(client, "smtp/localhost", hour));
    }
    if (othersTicketGrantingTicket) {
      String other = principal.equals("bob") ? "alice" : "bob";
      both.getPrivateCredentials().add(ForgedTickets.ticket(other, "krbtgt/EXAMPLE.TEST", hour));
    }
    set("principal", principal);
    InitiatorCredentials found = as(both, this::find);
    assertEquals("as " + principal + "@EXAMPLE.TEST with the caller's Subject", found.describe());
    assertEquals(principal + "@EXAMPLE.TEST", found.run(() -> sourceName(found)));
  }

  /** Whom a context is for, once its first token is made. */
  private static String sourceName(InitiatorCredentials found) {
    try {
      GSSManager manager = GSSManager.getInstance();
      GSSContext context =
          manager.createContext(
              manager.createName("smtp@localhost", GSSName.NT_HOSTBASED_SERVICE),
              new Oid("1.3.6.1.5.5.2"),
              found.credential(),
              GSSContext.DEFAULT_LIFETIME);
      context.initSecContext(new byte[0], 0, 0);
      return context.getSrcName().toString();
    } catch (GSSException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aCredentialInASubjectIsTakenWhereItIsForInitiating() throws Exception {
    GSSCredential initiating = credentialOf("alice", Kdc.PASSWORD);
    GSSCredential accepting = acceptingCredential();
    Subject subject = new Subject(false, Set.of(), Set.of(), Set.of(initiating, accepting));
    assertSame(initiating, as(subject, this::find).credential());
    set("credentials", "subject");
    Subject acceptor = new Subject(false, Set.of(), Set.of(), Set.of(accepting));
    SpnegoException e = assertThrows(SpnegoException.class, () -> as(acceptor, this::find));
    assertEquals(Reason.NO_CREDENTIALS, e.reason());
  }

  @Test
  void aCredentialForAcceptingOnlyIsToldSo() throws Exception {
    properties.put(Sasl.CREDENTIALS, acceptingCredential());
    SpnegoException e = assertThrows(SpnegoException.class, this::find);
    assertEquals(Reason.NO_CREDENTIALS, e.reason());
    assertTrue(e.getMessage().contains("for initiating"), e::getMessage);
  }

  @Test
  void anObjectOfAnotherTypeInPlaceOfACredentialIsABadSetting() {
    properties.put(Sasl.CREDENTIALS, "hunter2");
    SpnegoException e = assertThrows(SpnegoException.class, this::find);
    assertEquals(Reason.BAD_SETTING, e.reason());
    assertTrue(e.getMessage().contains("javax.security.sasl.credentials"), e::getMessage);
    assertTrue(e.getMessage().contains("java.lang.String"), e::getMessage);
    assertTrue(e.getMessage().contains("org.ietf.jgss.GSSCredential"), e::getMessage);
    assertFalse(e.getMessage().contains("hunter2"), e::getMessage);
  }

  @Test
  void expiredTicketsOfASubjectDoNotHideWhatIsGood() {
    Subject expired = new Subject();
    expired
        .getPrivateCredentials()
        .add(ForgedTickets.ticket("krbtgt/EXAMPLE.TEST", Duration.ofHours(-1)));
    set("ticketcache", "/no/such/cache");
    SpnegoException auto = assertThrows(SpnegoException.class, () -> as(expired, this::find));
    assertTrue(auto.getMessage().contains("/no/such/cache"), auto::getMessage);
    set("credentials", "subject");
    SpnegoException subject = assertThrows(SpnegoException.class, () -> as(expired, this::find));
    assertEquals(Reason.TICKET_EXPIRED, subject.reason());
    assertTrue(subject.getMessage().contains("have expired"), subject::getMessage);
    assertTrue(subject.getMessage().contains("alice@EXAMPLE.TEST"), subject::getMessage);
  }

  @Test
  void aKeytabMayHaveItsTypeBeforeIt() throws Exception {
    set("keytab", "FILE:" + KDC.keytab("alice"));
    assertAlice(find());
    set("keytab", "file:" + KDC.keytab("alice"));
    assertAlice(find());
  }

  @ParameterizedTest
  @CsvSource({"keytab, MEMORY:x, MEMORY", "keytab, a\0b, Nul", "ticketcache, a\0b, Nul"})
  void aNameThatIsNoPathIsABadSetting(String setting, String value, String part) {
    protocol = "smtps";
    set(setting, value);
    SpnegoException e = assertThrows(SpnegoException.class, this::find);
    assertEquals(Reason.BAD_SETTING, e.reason(), e::getMessage);
    assertTrue(e.getMessage().contains("mail.smtps.sasl.spnego." + setting), e::getMessage);
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }

  @Test
  void remediesNameTheProtocolInUse() {
    protocol = "smtps";
    set("ticketcache", "/no/such/cache");
    SpnegoException e = assertThrows(SpnegoException.class, this::find);
    assertTrue(e.getMessage().contains("mail.smtps.sasl.spnego.keytab"), e::getMessage);
    assertFalse(e.getMessage().contains("mail.smtp."), e::getMessage);
    set("principal", "bob");
    set("ticketcache", KDC.ticketCache("alice", Kdc.PASSWORD));
    SpnegoException other = assertThrows(SpnegoException.class, this::find);
    assertTrue(other.getMessage().contains("mail.smtps.sasl.spnego.principal"), other::getMessage);
  }

  @ParameterizedTest
  @CsvSource({"credential", "keytab", "keytab with principal"})
  void nobodyIsAskedForAPasswordThatWouldNotBeUsed(String source) throws Exception {
    password = Kdc.PASSWORD;
    if (source.equals("credential")) {
      Named.CREDENTIAL.alices(this);
    } else {
      Named.KEYTAB.alices(this);
    }
    if (source.contains("principal")) {
      set("principal", "alice");
    }
    find();
    assertFalse(asked.contains(PasswordCallback.class), asked::toString);
  }

  @Test
  void aKeytabIsReadAgainWhenItHasChanged() throws Exception {
    Path keytab = KDC.keytab("alice");
    set("keytab", keytab);
    assertEquals("alice@EXAMPLE.TEST", nameOf(find()));
    KDC.writeKeytab(keytab, "bob");
    assertEquals("bob@EXAMPLE.TEST", nameOf(find()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @ResourceLock("java.security.Security")
  void afterALogoutTheNextExchangeLogsInAnew(boolean uninstall) throws Exception {
    set("keytab", KDC.keytab("alice"));
    InitiatorCredentials before = find();
    assertSame(before.credential(), find().credential());
    int logins = KDC.proxy().asRequests();
    if (uninstall) {
      SpnegoProvider.uninstall();
      SpnegoProvider.install();
    } else {
      SpnegoProvider.logout();
    }
    assertThrows(IllegalStateException.class, () -> nameOf(before));
    assertEquals(logins, KDC.proxy().asRequests());
    assertAlice(find());
    assertTrue(KDC.proxy().asRequests() > logins);
  }

  private InitiatorCredentials find() throws SpnegoException {
    SettingsReader reader = new SettingsReader(protocol, properties);
    return new InitiatorFinder(new CredentialSettings(reader), handler()).find();
  }

  private CallbackHandler handler() {
    return callbacks -> {
      for (Callback callback : callbacks) {
        asked.add(callback.getClass());
        if (callback instanceof NameCallback name) {
          name.setName(user);
        } else if (callback instanceof PasswordCallback secret) {
          secret.setPassword(password.toCharArray());
        }
      }
    };
  }

  private void set(String name, Object value) {
    properties.put("mail." + protocol + ".sasl.spnego." + name, value.toString());
  }

  private void setJaasEntry(String principal) throws IOException {
    Path file = KDC.newFile("jaas.conf");
    Files.writeString(
        file,
        "mailer { com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true"
            + " doNotPrompt=true keyTab=\""
            + KDC.keytab(principal)
            + "\" principal=\""
            + principal
            + "\"; };");
    System.setProperty(JAAS, file.toString());
    javax.security.auth.login.Configuration.getConfiguration().refresh();
    SpnegoProvider.logout();
    set("jaasentry", "mailer");
  }

  private static GSSCredential credentialOf(String name, String password) throws Exception {
    return as(
        KDC.login(name, password),
        () -> GSSManager.getInstance().createCredential(GSSCredential.INITIATE_ONLY));
  }

  private static GSSCredential acceptingCredential() throws Exception {
    return as(
        KDC.acceptor("smtp/localhost", KDC.keytab("smtp/localhost")),
        () -> GSSManager.getInstance().createCredential(GSSCredential.ACCEPT_ONLY));
  }

  private static <T> T asBob(PrivilegedExceptionAction<T> action) throws Exception {
    return as(KDC.login("bob", "bob's own secret"), action);
  }

  private static <T> T as(Subject subject, PrivilegedExceptionAction<T> action) throws Exception {
    try {
      return Subject.doAs(subject, action);
    } catch (PrivilegedActionException e) {
      throw e.getException();
    }
  }

  private static void assertAlice(InitiatorCredentials found) throws Exception {
    assertTrue(found.describe().startsWith("as alice@EXAMPLE.TEST"), found::describe);
    assertEquals("alice@EXAMPLE.TEST", nameOf(found));
  }

  private static String nameOf(InitiatorCredentials found) throws Exception {
    GSSCredential credential = found.credential();
    assertNotNull(credential);
    return credential.getName().toString();
  }
}
