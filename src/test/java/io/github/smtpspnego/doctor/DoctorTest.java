package io.github.smtpspnego.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.gss.Der;
import io.github.smtpspnego.support.ForgedTickets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no KDC and no mail server. */
class DoctorTest {
  /** What only callers of the SASL client meet, and what a mail server reports of its clients. */
  private static final Set<Reason> NOT_MET =
      EnumSet.of(
          Reason.DISPOSED,
          Reason.WRONG_TARGET,
          Reason.REPLAY,
          Reason.REPLAY_MEMORY,
          Reason.UNDECIDED,
          Reason.MECH_LIST_MIC);

  @Test
  void theGuideNamesEachStepInOrder() {
    List<NamedStep> steps = new ArrayList<>(Steps.ofClient(List.of("from", "to")));
    steps.addAll(Steps.ofServer(new ServerKeys(Path.of("keytab"), "mail", "")));
    assertEquals(
        steps.stream().map(NamedStep::id).distinct().toList(),
        List.copyOf(Diagnosis.guide().keySet()));
  }

  @Test
  void eachReasonIsFoundByAStep() {
    Set<String> anchors =
        EnumSet.complementOf(EnumSet.copyOf(NOT_MET)).stream()
            .map(Reason::anchor)
            .collect(Collectors.toSet());
    assertEquals(
        anchors,
        Diagnosis.guide().values().stream().flatMap(Set::stream).collect(Collectors.toSet()));
  }

  @Test
  void aFailureIsTakenApart() {
    SpnegoException e = new SpnegoException(Reason.KEYTAB, "It is not there.", "Put it.", null);
    assertEquals(
        new Finding(Status.FAIL, "It is not there.", "Put it.", "keytab"), Finding.fail(e));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"\\/", "a\tb\u0000c", "\u001b[2J", "Zürich \uD83D\uDE00", "</x>"})
  void anyTextComesThroughJson(String text) {
    Json json = new Json();
    json.object(
        () -> {
          json.field("a", text);
          json.field("b", text);
        });
    assertEquals(Map.of("a", text, "b", text), JsonText.parse(json.toString()));
    assertTrue(json.toString().chars().allMatch(c -> c >= ' ' && c <= '~'), json.toString());
  }

  @ParameterizedTest
  @CsvSource({"-301, FAIL", "301, FAIL", "-90, WARN", "90, WARN", "-5, OK", "5, OK"})
  void theClockMayBeOffByFiveMinutes(int seconds, Status expected) {
    Examination examination = new Examination(new MailSettings("smtp", ""));
    KdcAnswer.Outcome outcome =
        new KdcAnswer.Outcome("", "an error", Optional.of(Duration.ofSeconds(seconds)));
    examination.kdcAnswers = List.of(new KdcAnswer("dc1", Map.of(KdcWire.TCP, outcome)));
    Findings findings = new Findings(finding -> {});
    new ClockStep().look(examination, findings);
    assertEquals(List.of(expected), findings.list().stream().map(Finding::status).toList());
    assertEquals(expected == Status.OK ? "" : "clock-skew", findings.list().get(0).anchor());
  }

  @Test
  void theMechanismsAreThoseThatTheTransportWouldUse() {
    assertEquals(List.of("GSSAPI", "GSS-SPNEGO"), mechanisms("true", "PLAIN"));
    assertEquals(List.of("GSS-SPNEGO"), mechanisms("true", "PLAIN;gss-spnego"));
    assertEquals(List.of("GSS-SPNEGO"), mechanisms("auto", "PLAIN;gss-spnego"));
    assertEquals(List.of(), mechanisms("auto", "PLAIN"));
  }

  private static List<String> mechanisms(String enable, String listed) {
    MailSettings settings = new MailSettings("smtp", "");
    settings.set("sasl.spnego.enable", enable);
    settings.set("sasl.mechanisms", listed);
    return settings.mechanisms();
  }

  @Test
  void aServiceClassThatIsAWholeNameIsFoundBeforeAnyTicketIsAskedFor() {
    MailSettings settings = new MailSettings("smtp", "");
    settings.set("sasl.spnego.service", "smtp/mail");
    SpnegoException e = assertThrows(SpnegoException.class, () -> settings.target("mail"));
    assertEquals(Reason.BAD_SETTING, e.reason());
  }

  @Test
  void damagedTokensAreDescribedToo() throws Exception {
    byte[] token = negTokenInit();
    assertTrue(
        TokenText.describe(token).contains("ticket for smtp/localhost@EXAMPLE.TEST, aes256"),
        TokenText.describe(token));
    for (int i = 0; i < token.length; i++) {
      assertFalse(TokenText.describe(Arrays.copyOf(token, i)).isEmpty());
      byte[] changed = token.clone();
      changed[i] ^= (byte) 0xff;
      assertFalse(TokenText.describe(changed).isEmpty());
    }
  }

  @Test
  void tokensInTokensWithoutEndAreALine() {
    byte[] oid = {0x2b, 6, 1, 5, 5, 2};
    byte[] init = {};
    byte[] resp = {};
    for (int i = 0; i < 2500; i++) {
      init =
          Der.element(
              0x60,
              Der.element(0x06, oid),
              Der.element(
                  0xa0,
                  Der.element(
                      0x30,
                      Der.element(0xa0, Der.element(0x30, Der.element(0x06, oid))),
                      Der.element(0xa2, Der.element(0x04, init)))));
      resp = Der.element(0xa1, Der.element(0x30, Der.element(0xa2, Der.element(0x04, resp))));
    }
    for (byte[] token : List.of(init, resp)) {
      String text = TokenText.describe(token);
      assertTrue(text.length() < 200, text);
      assertTrue(text.contains("which is not read"), text);
    }
  }

  /** Seeded: what it finds once, it finds again. */
  @Test
  void anyOctetsAreALine() throws Exception {
    byte[] token = negTokenInit();
    Random random = new Random(4178);
    for (int i = 0; i < 20_000; i++) {
      byte[] octets = Arrays.copyOf(token, random.nextInt(token.length) + 1);
      for (int j = random.nextInt(8); j >= 0; j--) {
        octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
      }
      assertFalse(TokenText.describe(octets).isEmpty());
      TokenText.ticket(octets);
      KdcReply.of(octets);
    }
  }

  @Test
  void whatAServerSendsIsShownInPart() {
    Finding finding = Finding.ok("220 " + "x".repeat(100_000) + "\u009b2J");
    assertTrue(finding.text().length() < 3000);
    assertEquals("?2J", Finding.ok("\u009b2J").text());
  }

  @Test
  void foreignTokensAreNamed() {
    assertEquals("NTLM message, 9 octets", TokenText.describe(octets("NTLMSSP\0\2")));
    assertEquals("5 octets that are no known token", TokenText.describe(octets("hello")));
    assertEquals("0 octets that are no known token", TokenText.describe(octets("")));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] negTokenInit() throws Exception {
    PrivilegedExceptionAction<byte[]> action =
        () -> {
          GSSManager manager = GSSManager.getInstance();
          GSSContext context =
              manager.createContext(
                  manager.createName("smtp@localhost", GSSName.NT_HOSTBASED_SERVICE),
                  new Oid("1.3.6.1.5.5.2"),
                  null,
                  GSSContext.DEFAULT_LIFETIME);
          return context.initSecContext(new byte[0], 0, 0);
        };
    return Subject.doAs(ForgedTickets.subject(), action);
  }

  @ParameterizedTest
  @CsvSource({
    "--port=587, No mail server",
    "--host=mail --port=0, 1 to 65535",
    "--host=mail --protocol=imap, smtp or smtps",
    "--host=mail --prot=smtp, --prot",
    "--host=mail --password, --password needs --user",
    "--host=mail --user=alice --password, MAIL_PASSWORD",
    "--server, --server needs --keytab",
    "--server --host=mail, --server needs --keytab"
  })
  void aWrongCommandLineEndsWith2(String options, String message) {
    Diagnosis.Output output = Diagnosis.run(Map.of(), List.of(options.split(" ", -1)));
    assertEquals(2, output.exitCode());
    assertEquals("", output.out());
    assertTrue(output.err().contains(message), output.err());
  }

  @Test
  void theHelpHasTheExitCodesAndExamples() {
    Diagnosis.Output output = Diagnosis.run(Map.of(), List.of("--help"));
    assertEquals(0, output.exitCode());
    assertTrue(output.out().contains("Exit codes:"), output.out());
    assertTrue(output.out().contains("--host mail.contoso.com --port 587"), output.out());
  }
}
