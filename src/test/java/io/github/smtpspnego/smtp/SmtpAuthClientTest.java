package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.LogRecorder;
import java.security.PrivilegedExceptionAction;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's side of AUTH against replies that need no key: forged tickets make real tokens. */
@ResourceLock("java.util.logging")
class SmtpAuthClientTest {
  private static final String OFFER = "250-mail.example.test\n250 AUTH PLAIN GSSAPI";

  private final Properties settings = new Properties();
  private final LogRecorder log = LogRecorder.start();

  @AfterEach
  void stopRecording() {
    log.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "250-mail.example.test\r\n250-SIZE\r\n250 AUTH PLAIN GSSAPI",
        "AUTH GSSAPI",
        "250 auth gssapi",
        "250-AUTH LOGIN\n250 AUTH=GSS-SPNEGO"
      })
  void anOfferIsFoundInTheReplyToEhlo(String reply) {
    assertTrue(client().isOfferedBy(reply));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "250 mail.example.test",
        "250 AUTH",
        "250 AUTH PLAIN GSSAPIX",
        "250-GSSAPI\n250 SIZE",
        "250 XAUTH GSSAPI"
      })
  void otherRepliesOfferNothing(String reply) throws Exception {
    assertFalse(client().isOfferedBy(reply));
    assertEquals(Reason.NOT_OFFERED, noFirstLine(client(), reply).reason());
  }

  @Test
  void whatIsOfferedBeforeTlsNamesTls() throws Exception {
    String reply = "250-STARTTLS\n250 AUTH PLAIN";
    assertEquals(Reason.TLS_REQUIRED, noFirstLine(client(), reply).reason());
    SmtpAuthClient underTls = client();
    SpnegoException failure =
        assertThrows(SpnegoException.class, () -> underTls.firstLine(reply, true));
    assertEquals(Reason.NOT_OFFERED, failure.reason());
  }

  @Test
  void onlyMechanismsThatMeanSpnegoAreTaken() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new SmtpAuthClient("smtp", "localhost", Map.of(), List.of("GSSAPI", "PLAIN"), null));
  }

  @Test
  void theFirstOfTheMechanismsThatIsOfferedIsUsed() throws Exception {
    List<String> both = List.of("gss-spnego", "gssapi");
    SmtpAuthClient client = new SmtpAuthClient("smtp", "localhost", settings, both, null);
    assertTrue(begin(client, "250 AUTH GSSAPI GSS-SPNEGO").startsWith("AUTH GSS-SPNEGO"));
    client = new SmtpAuthClient("smtp", "localhost", settings, both, null);
    assertTrue(begin(client, "250 AUTH GSSAPI").startsWith("AUTH GSSAPI"));
  }

  @Test
  void aTokenThatIsTooLongForTheLineFollowsTheServersPrompt() throws Exception {
    SmtpAuthClient client = client();
    assertEquals("AUTH GSSAPI", begin(client, OFFER));
    assertTrue(client.nextLine("334 ").startsWith("YII"));
  }

  @Test
  void theFirstTokenIsInTheLineWhereThatIsSet() throws Exception {
    set("initialresponse", "always");
    assertTrue(begin(client(), OFFER).startsWith("AUTH GSSAPI YII"));
  }

  @Test
  void aPromptInWordsCountsAsEmpty() throws Exception {
    SmtpAuthClient client = client();
    begin(client, OFFER);
    assertTrue(client.nextLine("334 GSSAPI supported").startsWith("YII"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"334 YIIB", "235 2.7.0 ok", "250 ok", "nonsense", "33"})
  void aReplyThatIsNotDueEndsTheExchange(String reply) throws Exception {
    SmtpAuthClient client = client();
    begin(client, OFFER);
    assertEquals(Reason.PROTOCOL, failure(client, reply).reason());
  }

  @Test
  void aSuccessWithoutProofDoesNotCount() throws Exception {
    SmtpAuthClient client = client();
    begin(client, OFFER);
    client.nextLine("334 ");
    assertEquals(Reason.NO_SERVER_PROOF, failure(client, "235 2.7.0 ok").reason());
    assertFalse(client.isComplete());
  }

  @Test
  void aSuccessWithoutProofCountsWhereNoneIsAskedFor() throws Exception {
    set("mutualauth", "false");
    SmtpAuthClient client = client();
    begin(client, OFFER);
    client.nextLine("334 ");
    assertEquals("", client.nextLine("235 2.7.0 ok"));
    assertTrue(client.isComplete());
  }

  @Test
  void aConnectionThatTheServerClosedIsTheServersTrouble() throws Exception {
    SmtpAuthClient client = client();
    begin(client, OFFER);
    assertEquals(Reason.SERVER_TROUBLE, failure(client, null).reason());
  }

  @Test
  void aFailureIsLoggedOnceAndThrownAgain() throws Exception {
    SmtpAuthClient client = client();
    begin(client, OFFER);
    SpnegoException first = failure(client, "535 5.7.3 no");
    assertSame(first, failure(client, "334 "));
    assertEquals(List.of(String.valueOf(first.getMessage())), log.warnings());
  }

  @Test
  void callsOutOfOrderAreTheCallersMistake() throws Exception {
    SmtpAuthClient client = client();
    assertThrows(IllegalStateException.class, () -> client.nextLine("334 "));
    begin(client, OFFER);
    assertThrows(IllegalStateException.class, () -> begin(client, OFFER));
  }

  @Test
  void aClosedExchangeDoesNotGoOn() throws Exception {
    SmtpAuthClient client = client();
    begin(client, OFFER);
    client.close();
    client.close();
    assertEquals(Reason.DISPOSED, failure(client, "334 ").reason());
    assertEquals(List.of(), log.warnings());
  }

  @Test
  void messagesNameThePropertiesOfTheProtocol() throws Exception {
    settings.setProperty("mail.smtps.sasl.spnego.mutualauth", "perhaps");
    SmtpAuthClient client =
        new SmtpAuthClient("smtps", "localhost", settings, List.of("GSSAPI"), null);
    SpnegoException failure = noFirstLine(client, OFFER);
    assertEquals(Reason.BAD_SETTING, failure.reason());
    assertTrue(String.valueOf(failure.getMessage()).contains("mail.smtps.sasl.spnego.mutualauth"));
  }

  private void set(String name, String value) {
    settings.setProperty("mail.smtp.sasl.spnego." + name, value);
  }

  private SmtpAuthClient client() {
    return new SmtpAuthClient("localhost", settings);
  }

  private static String begin(SmtpAuthClient client, String ehloReply) throws Exception {
    PrivilegedExceptionAction<String> first = () -> client.firstLine(ehloReply, false);
    return Subject.doAs(ForgedTickets.subject(), first);
  }

  private static SpnegoException noFirstLine(SmtpAuthClient client, String ehloReply) {
    return assertThrows(SpnegoException.class, () -> client.firstLine(ehloReply, false));
  }

  private static SpnegoException failure(SmtpAuthClient client, @Nullable String reply) {
    return assertThrows(SpnegoException.class, () -> client.nextLine(reply));
  }
}
