package io.github.smtpspnego.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.ForgedTickets;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
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
  /** Reasons of the server's role, and of callers of the SASL client. */
  private static final Set<Reason> NOT_MET =
      EnumSet.of(
          Reason.ACCEPTOR_CREDENTIALS,
          Reason.WRONG_TARGET,
          Reason.REPLAY_MEMORY,
          Reason.NOT_AUTHORIZED,
          Reason.UNDECIDED,
          Reason.MECH_LIST_MIC,
          Reason.DISPOSED);

  @Test
  void theGuideNamesEachStepInOrder() {
    assertEquals(
        Doctor.steps(List.of("from", "to")).stream().map(Step::id).toList(),
        List.copyOf(Diagnosis.guide().keySet()));
  }

  @Test
  void eachReasonThatAClientMeetsIsFoundByAStep() {
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
    Examination examination = new Examination(new MailSettings("smtp", "", null));
    examination.kdcsAnswered(
        List.of(new KdcAnswer("dc1", "", "an error", Optional.of(Duration.ofSeconds(seconds)))));
    Findings findings = new Findings();
    new ClockStep().look(examination, findings);
    assertEquals(List.of(expected), findings.list().stream().map(Finding::status).toList());
    assertEquals(expected == Status.OK ? "" : "clock-skew", findings.list().get(0).anchor());
  }

  @Test
  void theKdcsClockIsInItsAnswer() throws Exception {
    Instant itsTime = Instant.now().plus(Duration.ofHours(1));
    String time =
        DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT)
            .format(itsTime.atOffset(ZoneOffset.UTC));
    byte[] answer =
        ForgedTickets.der(
            0x7e,
            ForgedTickets.der(
                0x30,
                ForgedTickets.der(
                    0xa4, ForgedTickets.der(0x18, time.getBytes(StandardCharsets.US_ASCII))),
                ForgedTickets.der(0xa6, ForgedTickets.der(0x02, new byte[] {6}))));
    KdcAnswer seen = answerOf(answer);
    assertTrue(seen.isThere(), seen::toString);
    assertEquals(
        "KRB-ERROR, 28 octets: client not found in the KDC's database (6), its clock says "
            + Instant.ofEpochSecond(itsTime.getEpochSecond()),
        seen.answer());
    assertEquals(60, seen.ahead().orElseThrow().plusSeconds(30).toMinutes());
  }

  @Test
  void whatIsNoKdcIsToldSo() throws Exception {
    KdcAnswer seen = answerOf(new byte[0]);
    assertFalse(seen.isThere());
    assertTrue(seen.problem().contains("no KDC"), seen::toString);
  }

  private static KdcAnswer answerOf(byte[] answer) throws Exception {
    try (ServerSocket kdc = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                try (Socket client = kdc.accept()) {
                  DataInputStream in = new DataInputStream(client.getInputStream());
                  in.readNBytes(in.readInt());
                  DataOutputStream out = new DataOutputStream(client.getOutputStream());
                  out.writeInt(answer.length);
                  out.write(answer);
                }
                return null;
              });
      new Thread(task, "kdc").start();
      KdcAnswer seen = KdcAnswer.ask("127.0.0.1:" + kdc.getLocalPort(), "EXAMPLE.TEST");
      task.get();
      return seen;
    }
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
    "--host=mail --prot=smtp, --prot"
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
