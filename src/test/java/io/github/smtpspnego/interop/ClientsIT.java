package io.github.smtpspnego.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that others wrote get in at our server. Each is also shown to get in at Postfix, with
 * Cyrus SASL or Dovecot behind it, so that a failure at ours is ours.
 */
class ClientsIT {
  private static final Peers PEERS = Peers.shared();
  private static final String ALICE = "alice@" + Peers.REALM;
  private static final String GSS_CLIENT =
      Path.of("src", "test", "peers", "gss_client.py").toAbsolutePath().toString();

  /** What a program is to hand to the server where it hands over commands. */
  private static final String COMMANDS =
      """
      MAIL FROM:<alice@example.test>\r
      RCPT TO:<bob@example.test>\r
      DATA\r
      Subject: A mail\r
      \r
      Hello\r
      .\r
      QUIT\r
      """;

  private static final String MAIL =
      """
      From: alice@example.test
      To: bob@example.test
      Subject: A mail

      Hello
      """;

  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)\\}");

  private static Path alice;
  private static OurServer server;

  @BeforeAll
  static void start() {
    alice = PEERS.kinit("alice", Peers.PASSWORD);
    server = OurServer.start(PEERS);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void reset() {
    PEERS.reset();
    server.forgetLines();
  }

  /** Where a client has been seen to get in: Postfix's listener of that name. */
  enum Elsewhere {
    /** Takes alice as an authorization identity, and not alice@REALM. */
    CYRUS("cyrus"),
    /** Takes both. */
    DOVECOT("smtp");

    private final String listener;

    Elsewhere(String listener) {
      this.listener = listener;
    }
  }

  /**
   * A client that sends a mail as alice.
   *
   * @param name for reports
   * @param elsewhere where else it gets in
   * @param needs what peers.sh must find for it
   * @param input what it reads
   * @param command its command line, with {@code {port}} and what peers.sh said by name
   */
  record Client(
      String name, Elsewhere elsewhere, List<String> needs, String input, List<String> command) {
    /** Runs it; fails where it does. */
    void run(int port) throws IOException {
      needs.forEach(PEERS::need);
      Map<String, String> environment = new HashMap<>(PEERS.environment(alice));
      environment.put("HOME", Files.createDirectories(PEERS.newFile("home")).toString());
      if (needs.contains("smtptest")) {
        environment.put("LD_LIBRARY_PATH", PEERS.fact("smtptest.libraries"));
      }
      if (needs.contains("ntlmssp")) {
        environment.put("GSS_MECH_CONFIG", PEERS.file("ntlmssp.mech").toString());
        environment.put("NTLM_USER_FILE", PEERS.file("ntlmssp.users").toString());
      }
      List<String> line = new ArrayList<>();
      for (String word : command) {
        line.add(
            PLACE
                .matcher(word)
                .replaceAll(
                    place ->
                        place.group(1).equals("port")
                            ? Integer.toString(port)
                            : PEERS.fact(place.group(1))));
      }
      Command ended = Command.run(environment, input, line);
      assertEquals(0, ended.exitCode(), () -> name + ":\n" + ended.output());
      // Some programs end well where the server said no.
      assertTrue(
          !ended.output().contains("535 ") && !ended.output().contains("530 "),
          () -> name + ":\n" + ended.output());
    }

    /** GNU SASL's program ends when it is authenticated. */
    boolean sendsMail() {
      return !needs.contains("gsasl");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Client> clients() {
    List<Client> clients = new ArrayList<>();
    for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
      clients.add(smtptest(mechanism, "alice", Elsewhere.CYRUS));
      // Under GSS-SPNEGO it sends no identity, and does not answer the layer offer of Dovecot.
      clients.add(
          smtptest(
              mechanism, ALICE, mechanism.equals("GSSAPI") ? Elsewhere.DOVECOT : Elsewhere.CYRUS));
      clients.add(postfix(mechanism));
    }
    clients.add(gsasl("alice", Elsewhere.CYRUS));
    clients.add(gsasl(ALICE, Elsewhere.DOVECOT));
    clients.add(msmtp());
    clients.add(mutt());
    for (String mechanism : List.of("GSSAPI", "GSS-SPNEGO")) {
      for (String options :
          List.of(
              "",
              "bindings",
              "one-way",
              "as=alice",
              "ntlm",
              "ntlm one-way",
              "ntlm as=alice",
              "raw",
              "raw bindings",
              "raw one-way",
              "raw as=alice")) {
        clients.add(mit(mechanism, options));
      }
    }
    return clients;
  }

  @ParameterizedTest
  @MethodSource("clients")
  void itGetsIn(Client client) throws IOException {
    client.run(server.port());
    if (client.sendsMail()) {
      server.awaitLine("Mail from " + ALICE + " to [bob@example.test]");
    }
  }

  @ParameterizedTest
  @MethodSource("clients")
  void itGetsInElsewhere(Client client) throws IOException {
    client.run(PEERS.port(client.elsewhere().listener));
    if (client.sendsMail()) {
      String mail = PEERS.delivered();
      assertTrue(mail.contains("(Authenticated sender: alice"), mail);
    }
  }

  private static Client smtptest(String mechanism, String identity, Elsewhere elsewhere) {
    return new Client(
        "Cyrus's smtptest, " + mechanism + ", as " + identity,
        elsewhere,
        List.of("smtptest"),
        COMMANDS,
        List.of(
            "{smtptest}",
            "-k",
            "0",
            "-l",
            "0",
            "-m",
            mechanism,
            "-a",
            "alice",
            "-u",
            identity,
            "-p",
            "{port}",
            "localhost"));
  }

  private static Client gsasl(String identity, Elsewhere elsewhere) {
    return new Client(
        "GNU SASL's gsasl, GSSAPI, as " + identity,
        elsewhere,
        List.of("gsasl"),
        "",
        List.of(
            "gsasl",
            "--smtp",
            "--connect=localhost:{port}",
            "--mechanism=GSSAPI",
            "--authentication-id=alice",
            "--authorization-id=" + identity,
            "--service=smtp",
            "--hostname=localhost",
            "--quality-of-protection=qop-auth",
            "--no-starttls"));
  }

  private static Client msmtp() {
    return new Client(
        "msmtp, GSSAPI",
        Elsewhere.CYRUS,
        List.of("msmtp"),
        MAIL,
        List.of(
            "msmtp",
            "--file=/dev/null",
            "--host=localhost",
            "--port={port}",
            "--auth=gssapi",
            "--user=alice",
            "--tls=off",
            "--from=alice@example.test",
            "bob@example.test"));
  }

  private static Client mutt() {
    List<String> command = new ArrayList<>(List.of("mutt", "-n", "-F", "/dev/null"));
    for (String setting :
        List.of(
            "smtp_url=smtp://alice@localhost:{port}",
            "smtp_authenticators=gssapi",
            "ssl_starttls=no",
            "ssl_force_tls=no",
            "from=alice@example.test",
            "use_envelope_from=yes",
            "copy=no",
            "tmpdir=~")) {
      command.addAll(List.of("-e", "set " + setting));
    }
    command.addAll(List.of("-s", "A mail", "--", "bob@example.test"));
    return new Client("mutt, GSSAPI", Elsewhere.CYRUS, List.of("mutt"), "Hello\n", command);
  }

  /** The mail is handed to a Postfix, which sends it on. */
  private static Client postfix(String mechanism) {
    String recipient = "bob@" + mechanism.toLowerCase(Locale.ROOT) + "-{port}.example.test";
    return new Client(
        "Postfix as a client, " + mechanism,
        Elsewhere.CYRUS,
        List.of("postfix_client"),
        MAIL,
        List.of(
            "curl",
            "-sS",
            "--max-time",
            "20",
            "--mail-from",
            "alice@example.test",
            "--mail-rcpt",
            recipient,
            "-T",
            "-",
            "{postfixClient}"));
  }

  /** MIT's library, by a program of ours. */
  private static Client mit(String mechanism, String options) {
    List<String> words = Arrays.stream(options.split(" ")).filter(o -> !o.isEmpty()).toList();
    List<String> command =
        new ArrayList<>(List.of("/usr/bin/python3", GSS_CLIENT, "{port}", mechanism));
    command.addAll(words);
    return new Client(
        "MIT's GSS-API, " + mechanism + (words.isEmpty() ? "" : ", " + String.join(", ", words)),
        Elsewhere.CYRUS,
        words.contains("ntlm") ? List.of("python_gssapi", "ntlmssp") : List.of("python_gssapi"),
        "",
        command);
  }
}
