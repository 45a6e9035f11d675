package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.URLName;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ticket is for the server that is connected to, and that server proves itself. Two servers,
 * {@code localhost} and {@code 127.0.0.1}, each with a key of its own: one cannot accept a ticket
 * for the other.
 */
class ServerConnectedToIT {
  private static final String NAME = "localhost";
  private static final String ADDRESS = "127.0.0.1";

  /** RFC 5737: nobody's address, and nobody has to be asked for it. */
  private static final String ELSEWHERE = "192.0.2.1";

  private static final Script UNPROVED =
      AuthScripts.answeringToken("235 2.7.0 Authentication successful");

  private static Path cache;
  private static Script asName;
  private static Script asAddress;

  private final List<ScriptedSmtpServer> servers = new ArrayList<>();

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    kdc.add("smtp/127.0.0.1", "the other server's key");
    cache = kdc.ticketCache("alice", Kdc.PASSWORD);
    asName = accepting(kdc, "smtp/localhost");
    asAddress = accepting(kdc, "smtp/127.0.0.1");
  }

  private static Script accepting(Kdc kdc, String principal) {
    return AuthScripts.accepting(kdc.acceptor(principal, kdc.keytab(principal)));
  }

  @AfterEach
  void stop() {
    servers.forEach(ScriptedSmtpServer::close);
  }

  private ScriptedSmtpServer offering(Script auth) {
    return start(
        ScriptedSmtpServer.builder().extensions("AUTH GSSAPI").auth(auth).mustAuthenticate());
  }

  private ScriptedSmtpServer withoutAuth() {
    return start(ScriptedSmtpServer.builder());
  }

  private ScriptedSmtpServer start(ScriptedSmtpServer.Builder builder) {
    ScriptedSmtpServer server = builder.start();
    servers.add(server);
    return server;
  }

  private static Program withTicket() {
    return Program.withGssapi().set("sasl.spnego.ticketcache", cache.toString());
  }

  private static Program switchedOnFor(String hosts) {
    return Program.plain()
        .set("sasl.spnego.enable", "true")
        .set("sasl.spnego.hosts", hosts)
        .set("sasl.spnego.ticketcache", cache.toString());
  }

  /** One Session, one Transport, used for one server after the other. */
  private static final class Reused {
    private final Session session;
    private final Transport transport;

    Reused(Program program) throws MessagingException {
      session = program.session();
      transport = session.getTransport("smtp");
    }

    void send(String host, ScriptedSmtpServer server) throws MessagingException {
      transport.connect(host, server.port(), null, null);
      sendAndClose();
    }

    /** Over a socket that the program has connected. */
    void sendOver(String host, ScriptedSmtpServer server) throws Exception {
      ((SMTPTransport) transport).connect(socket(host, server));
      sendAndClose();
    }

    private void sendAndClose() throws MessagingException {
      try (transport) {
        Program.sendOver(transport, session);
      }
    }
  }

  /** The address knows its name, so that nobody looks it up. */
  private static Socket socket(String host, ScriptedSmtpServer server) throws Exception {
    byte[] loopback = {127, 0, 0, 1};
    return new Socket(InetAddress.getByAddress(host, loopback), server.port());
  }

  private static Reason reason(Executable sending) {
    AuthenticationFailedException e = assertThrows(AuthenticationFailedException.class, sending);
    return assertInstanceOf(SpnegoException.class, e.getCause(), e::toString).reason();
  }

  private static void assertMails(int expected, ScriptedSmtpServer server) {
    assertEquals(expected, server.mails().size(), () -> server.transcript().toString());
  }

  // One host after the other.

  @Test
  void oneTransportConnectsToOneServerAndThenToAnother() throws Exception {
    ScriptedSmtpServer first = offering(asName);
    ScriptedSmtpServer second = offering(asAddress);
    Reused program = new Reused(withTicket());
    program.send(NAME, first);
    program.send(ADDRESS, second);
    program.send(NAME, first);
    assertMails(2, first);
    assertMails(1, second);
  }

  /** The second one holds the first one's key, and is not the first one. */
  @Test
  void theTicketForOneServerIsNotSentToAnother() throws Exception {
    ScriptedSmtpServer first = offering(asName);
    ScriptedSmtpServer second = offering(asName);
    Reused program = new Reused(withTicket());
    program.send(NAME, first);
    assertEquals(Reason.SERVER_REFUSED, reason(() -> program.send(ADDRESS, second)));
    assertMails(0, second);
  }

  @Test
  void eachServerProvesItselfAnew() throws Exception {
    ScriptedSmtpServer good = offering(asName);
    ScriptedSmtpServer bad = offering(UNPROVED);
    Reused program = new Reused(withTicket());
    program.send(NAME, good);
    assertEquals(Reason.NO_SERVER_PROOF, reason(() -> program.send(ADDRESS, bad)));
    program.send(NAME, good);
    assertEquals(Reason.NO_SERVER_PROOF, reason(() -> program.send(NAME, bad)));
    assertMails(2, good);
    assertMails(0, bad);
  }

  @Test
  void hostsAreThoseConnectedToNotThoseBefore() throws Exception {
    ScriptedSmtpServer known = offering(asName);
    ScriptedSmtpServer other = withoutAuth();
    Reused program = new Reused(switchedOnFor(NAME));
    program.send(NAME, known);
    program.send(ADDRESS, other);
    program.send(NAME, known);
    assertMails(2, known);
    assertMails(1, other);
    assertEquals(List.of(), other.authLines());
  }

  @Test
  void aServerThatIsAmongTheHostsMustOfferItWhateverTheOneBeforeWas() throws Exception {
    ScriptedSmtpServer known = withoutAuth();
    ScriptedSmtpServer other = withoutAuth();
    Reused program = new Reused(switchedOnFor(NAME));
    program.send(ADDRESS, other);
    assertEquals(Reason.NOT_OFFERED, reason(() -> program.send(NAME, known)));
    program.send(ADDRESS, other);
    assertMails(2, other);
    assertMails(0, known);
  }

  // A socket that the program connected.

  /** As Angus Mail does it: the socket tells the name, whatever {@code mail.smtp.host} says. */
  @ParameterizedTest
  @ValueSource(strings = {NAME, ELSEWHERE, ""})
  void aSocketsServerIsTheOneItIsConnectedTo(String configured) throws Exception {
    ScriptedSmtpServer server = offering(asAddress);
    Program program = withTicket();
    if (!configured.isEmpty()) {
      program.set("host", configured);
    }
    new Reused(program).sendOver(ADDRESS, server);
    assertMails(1, server);
  }

  @ParameterizedTest
  @ValueSource(strings = {NAME, ELSEWHERE, ""})
  void aSocketsServerIsWhatHostsAreMatchedWith(String configured) throws Exception {
    ScriptedSmtpServer good = offering(asAddress);
    ScriptedSmtpServer bad = offering(UNPROVED);
    Program program = withTicket().set("sasl.spnego.hosts", ADDRESS);
    if (!configured.isEmpty()) {
      program.set("host", configured);
    }
    Reused reused = new Reused(program);
    assertEquals(Reason.NO_SERVER_PROOF, reason(() -> reused.sendOver(ADDRESS, bad)));
    reused.sendOver(ADDRESS, good);
    assertMails(0, bad);
    assertMails(1, good);
  }

  /** With user and password Angus Mail alone would go on to AUTH, and take any 235. */
  @Test
  void aSocketsServerProvesItselfWhereTheUserIsKnown() throws Exception {
    ScriptedSmtpServer bad = offering(UNPROVED);
    Session session =
        withTicket()
            .set("sasl.spnego.hosts", ADDRESS)
            .set("sasl.spnego.credentials", "ticketcache")
            .session();
    URLName url = new URLName("smtp", NAME, -1, null, "alice", "a secret");
    try (Transport transport = session.getTransport(url)) {
      assertEquals(
          Reason.NO_SERVER_PROOF,
          reason(() -> ((SMTPTransport) transport).connect(socket(ADDRESS, bad))));
    }
    assertMails(0, bad);
  }

  @Test
  void aSocketsServerThatIsNotAmongTheHostsIsLeftAlone() throws Exception {
    ScriptedSmtpServer server = withoutAuth();
    new Reused(switchedOnFor(NAME).set("host", NAME)).sendOver(ADDRESS, server);
    assertMails(1, server);
  }

  @Test
  void aSocketAndThenAHost() throws Exception {
    ScriptedSmtpServer first = offering(asAddress);
    ScriptedSmtpServer second = offering(asName);
    Reused program = new Reused(withTicket());
    program.sendOver(ADDRESS, first);
    program.send(NAME, second);
    program.sendOver(ADDRESS, first);
    assertMails(2, first);
    assertMails(1, second);
  }

  @Test
  void aSocketsServerMustOfferIt() throws Exception {
    ScriptedSmtpServer server = withoutAuth();
    Reused program = new Reused(withTicket().unset("auth"));
    assertEquals(Reason.NOT_OFFERED, reason(() -> program.sendOver(ADDRESS, server)));
    assertMails(0, server);
  }

  @Test
  void theFailureNamesTheServerConnectedTo() throws Exception {
    ScriptedSmtpServer server = offering(UNPROVED);
    Reused program = new Reused(withTicket().set("host", ELSEWHERE));
    AuthenticationFailedException e =
        assertThrows(AuthenticationFailedException.class, () -> program.sendOver(ADDRESS, server));
    assertTrue(e.getMessage().contains("smtp@127.0.0.1"), e::toString);
  }
}
