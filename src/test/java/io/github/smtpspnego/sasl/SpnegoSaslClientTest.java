package io.github.smtpspnego.sasl;

import static io.github.smtpspnego.support.ForgedTickets.der;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.LogRecorder;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against all that needs no server: forged tickets make real first tokens. */
class SpnegoSaslClientTest {
  private static final byte[] NONE = {};
  private static final byte[] KERBEROS_OID =
      der(0x06, new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x12, 1, 2, 2});
  private static final byte[] NTLM_OID =
      der(0x06, new byte[] {0x2b, 6, 1, 4, 1, (byte) 0x82, 0x37, 2, 2, 10});

  private final Map<String, String> properties = new HashMap<>();
  private final LogRecorder log = LogRecorder.start();

  @AfterEach
  void stopRecording() {
    log.close();
  }

  @Test
  void section2_2_1_theMechanismNameIsGssapi() {
    assertEquals("GSSAPI", client("GSSAPI").getMechanismName());
    assertEquals("GSS-SPNEGO", client("GSS-SPNEGO").getMechanismName());
  }

  @Test
  void section3_1_5_1_theFirstTokenIsANegTokenInitThatOffersKerberos() throws Exception {
    byte[] token = firstToken(client());
    // 60 len 06 06 spnego a0 len NegTokenInit: RFC 4178 section 4.2
    byte[] spnego = {0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02, (byte) 0xa0};
    int length = (token[1] & 0xff) < 0x80 ? 2 : 2 + (token[1] & 0x7f);
    assertEquals(0x60, token[0]);
    assertArrayEquals(spnego, Arrays.copyOfRange(token, length, length + spnego.length));
    assertTrue(indexOf(token, KERBEROS_OID) > 0);
  }

  @Test
  void aTicketThatWasNotSentStaysInTheCallersSubject() throws Exception {
    Subject subject = ForgedTickets.subject();
    SpnegoSaslClient client =
        new SpnegoSaslClient(
            "GSSAPI", new SettingsReader("smtp", properties), "localhost", null, null, false);
    PrivilegedExceptionAction<byte[]> firstToken = () -> client.evaluateChallenge(NONE);
    assertEquals(0x60, Subject.doAs(subject, firstToken)[0]);
    client.disposeUnsent();
    assertEquals(2, subject.getPrivateCredentials(KerberosTicket.class).size());
  }

  @ParameterizedTest
  @CsvSource({"enable, false", "hosts, *.contoso.com"})
  void whereTheJdksClientWouldAnswerNobodyIsAuthenticatedInTheUsersPlace(
      String setting, String value) {
    properties.put("mail.smtp.sasl.spnego." + setting, value);
    SpnegoSaslClientFactory factory = new SpnegoSaslClientFactory();
    String[] gssapi = {"GSSAPI"};
    assertNull(factory.createSaslClient(gssapi, null, "smtp", "localhost", properties, null));
    assertEquals(List.of(), log.warnings());
    properties.put("mail.smtp.sasl.spnego.impersonate", "alice");
    SaslClient client =
        factory.createSaslClient(gssapi, null, "smtp", "localhost", properties, null);
    assertEquals(Reason.BAD_SETTING, failure(client, NONE).reason());
  }

  @Test
  void nothingIsDoneBeforeTheFirstCall() {
    CallbackHandler handler = mock(CallbackHandler.class);
    properties.put("mail.smtp.sasl.spnego.keytab", "/no/such/keytab");
    properties.put("mail.smtp.sasl.spnego.principal", "alice");
    SaslClient client = client("GSSAPI", handler);
    assertEquals("GSSAPI", client.getMechanismName());
    verifyNoInteractions(handler);
  }

  @Test
  void thePasswordIsAskedForOnlyWhereItIsUsed() throws Exception {
    CallbackHandler handler = mock(CallbackHandler.class);
    properties.put("mail.smtp.sasl.spnego.keytab", "/no/such/keytab");
    properties.put("mail.smtp.sasl.spnego.principal", "alice");
    assertEquals(Reason.KEYTAB, failure(client("GSSAPI", handler), NONE).reason());
    verifyNoInteractions(handler);

    properties.put("mail.smtp.sasl.spnego.credentials", "subject");
    firstToken(client("GSSAPI", handler));
    verifyNoInteractions(handler);

    properties.put("mail.smtp.sasl.spnego.credentials", "password");
    SaslClient asking = client("GSSAPI", handler);
    assertEquals(Reason.NO_CREDENTIALS, failure(asking, NONE).reason());
    verify(handler, atLeastOnce()).handle(any());
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "always"})
  void theFirstTokenIsAnInitialResponse(String value) {
    properties.put("mail.smtp.sasl.spnego.initialresponse", value);
    assertTrue(client().hasInitialResponse());
  }

  @Test
  void initialResponseNeverWaitsForTheServersEmptyChallenge() throws Exception {
    properties.put("mail.smtp.sasl.spnego.initialresponse", "never");
    SaslClient client = client();
    assertFalse(client.hasInitialResponse());
    assertEquals(0x60, firstToken(client)[0]);
  }

  @Test
  void aBadSettingIsThrownByTheFirstCallAndNotAtCreation() {
    properties.put("mail.smtp.sasl.spnego.mutualauth", "maybe");
    SaslClient client = client();
    assertTrue(client.hasInitialResponse(), "so that Angus calls and gets the exception");
    assertEquals(Reason.BAD_SETTING, failure(client, NONE).reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "smtp/", "/host", "@host", "smtp@", "a/b@", "a/b/c"})
  void aServicePrincipalNameOfNoKnownFormIsABadSetting(String spn) {
    properties.put("mail.smtp.sasl.spnego.spn", spn);
    assertEquals(Reason.BAD_SETTING, failure(client(), NONE).reason());
  }

  @Test
  void layersThatContradictTheEndingAreABadSetting() {
    properties.put("mail.smtp.sasl.spnego.securitylayer", "none");
    properties.put(Sasl.QOP, "auth-conf");
    assertEquals(Reason.BAD_SETTING, failure(client(), NONE).reason());
    properties.put(Sasl.QOP, "auth-everything");
    assertEquals(Reason.BAD_SETTING, failure(client(), NONE).reason());
    properties.put(Sasl.QOP, "auth");
    properties.put(Sasl.MAX_BUFFER, "16777216");
    assertEquals(Reason.BAD_SETTING, failure(client(), NONE).reason());
  }

  @Test
  void withoutCredentialsItSaysWhereItLooked() {
    properties.put("mail.smtp.sasl.spnego.credentials", "subject");
    SpnegoException e = assertThrows(SpnegoException.class, () -> client().evaluateChallenge(NONE));
    assertEquals(Reason.NO_CREDENTIALS, e.reason());
    assertTrue(e.getMessage().contains("calling thread's Subject"), e::getMessage);
  }

  @Test
  void aServerThatSpeaksFirstIsNotFollowed() {
    assertEquals(Reason.PROTOCOL, failure(client(), new byte[] {1}).reason());
  }

  @Test
  void anEmptyChallengeAfterTheFirstTokenIsAnError() throws Exception {
    assertEquals(Reason.PROTOCOL, failure(started(), NONE).reason());
  }

  @Test
  void rejectIsTold() throws Exception {
    assertEquals(Reason.REJECTED, failure(started(), resp(2, KERBEROS_OID, null)).reason());
    assertEquals(Reason.REJECTED, failure(started(), resp(2, null, null)).reason());
  }

  /** The JDK takes both for success, with mutual authentication done. */
  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 77, -1})
  void requestMicAndUnknownStatesAreNoProof(int negState) throws Exception {
    SaslClient client = started();
    SpnegoException e = failure(client, resp(negState, KERBEROS_OID, null));
    assertEquals(Reason.UNEXPECTED_NEG_STATE, e.reason());
    assertFalse(client.isComplete());
  }

  @Test
  void aReplyWithoutStateIsNoProof() throws Exception {
    byte[] reply = der(0xa1, der(0x30, der(0xa1, KERBEROS_OID)));
    assertEquals(Reason.UNEXPECTED_NEG_STATE, failure(started(), reply).reason());
  }

  @Test
  void acceptCompletedWithoutTheServersTokenIsNoProof() throws Exception {
    assertEquals(Reason.NO_SERVER_PROOF, failure(started(), resp(0, KERBEROS_OID, null)).reason());
    assertEquals(Reason.NO_SERVER_PROOF, failure(started(), resp(0, null, null)).reason());
  }

  @Test
  void aTokenThatIsNotTheServersProofIsNoProof() throws Exception {
    for (byte[] token : new byte[][] {NONE, {1, 2, 3}, der(0x60, KERBEROS_OID, new byte[90])}) {
      SaslClient client = started();
      assertNotNull(failure(client, resp(0, KERBEROS_OID, token)).reason());
      assertFalse(client.isComplete());
    }
  }

  @Test
  void withoutMutualAuthenticationAnAcceptIsEnough() throws Exception {
    properties.put("mail.smtp.sasl.spnego.mutualauth", "false");
    SaslClient client = started();
    assertArrayEquals(NONE, run(() -> client.evaluateChallenge(resp(0, KERBEROS_OID, null))));
    assertFalse(client.isComplete(), "a layer offer may come");
  }

  @Test
  void theSaslPropertyForServerAuthenticationOverrulesMutualauth() throws Exception {
    properties.put("mail.smtp.sasl.spnego.mutualauth", "false");
    properties.put(Sasl.SERVER_AUTH, "true");
    assertEquals(Reason.NO_SERVER_PROOF, failure(started(), resp(0, KERBEROS_OID, null)).reason());
  }

  @Test
  void section4_1_withoutALayerTheContextCompletesTheExchange() throws Exception {
    properties.put("mail.smtp.sasl.spnego.mutualauth", "false");
    properties.put("mail.smtp.sasl.spnego.securitylayer", "none");
    SaslClient client = started();
    assertArrayEquals(NONE, run(() -> client.evaluateChallenge(resp(0, KERBEROS_OID, null))));
    assertTrue(client.isComplete());
    assertEquals("auth", client.getNegotiatedProperty(Sasl.QOP));
    assertNull(client.getNegotiatedProperty(Sasl.MAX_BUFFER));
    assertThrows(IllegalStateException.class, () -> client.wrap(new byte[1], 0, 1));
    SpnegoException late = failure(client, resp(0, KERBEROS_OID, null));
    assertEquals(Reason.PROTOCOL, late.reason());
    assertTrue(late.getMessage().contains("after the exchange was complete"), late::getMessage);
    assertTrue(client.isComplete());
  }

  @Test
  void afterTheContextAnOfferThatIsNoneIsAnError() throws Exception {
    properties.put("mail.smtp.sasl.spnego.mutualauth", "false");
    SaslClient client = started();
    run(() -> client.evaluateChallenge(resp(0, KERBEROS_OID, null)));
    assertEquals(Reason.SECURITY_LAYER, failure(client, new byte[] {1}).reason());
  }

  @Test
  void afterTheContextAnEmptyChallengeIsAnError() throws Exception {
    properties.put("mail.smtp.sasl.spnego.mutualauth", "false");
    SaslClient client = started();
    run(() -> client.evaluateChallenge(resp(0, KERBEROS_OID, null)));
    assertEquals(Reason.PROTOCOL, failure(client, NONE).reason());
  }

  @Test
  void aServerThatChoosesNtlmIsTold() throws Exception {
    SpnegoException e = failure(started(), resp(1, NTLM_OID, null));
    assertEquals(Reason.NOT_SPNEGO, e.reason());
    assertTrue(e.getMessage().contains("NTLM"), e::getMessage);
    assertTrue(e.getMessage().contains("smtp@localhost"), e::getMessage);
    assertTrue(e.getMessage().contains("alice@EXAMPLE.TEST"), e::getMessage);
  }

  @Test
  void anNtlmMessageIsNamed() throws Exception {
    byte[] ntlm = "NTLMSSP\0\2\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
    SpnegoException e = failure(started(), ntlm);
    assertEquals(Reason.NOT_SPNEGO, e.reason());
    assertTrue(e.getMessage().contains("an NTLM message"), e::getMessage);
  }

  @Test
  void aKerberosErrorIsDecoded() throws Exception {
    byte[] krbError =
        der(
            0x7e,
            der(
                0x30,
                der(0xa0, der(0x02, new byte[] {5})),
                der(0xa1, der(0x02, new byte[] {30})),
                der(0xa4, der(0x18, "20260102030405Z".getBytes(StandardCharsets.US_ASCII))),
                der(0xa5, der(0x02, new byte[] {0})),
                der(0xa6, der(0x02, new byte[] {37}))));
    byte[] framed = der(0x60, KERBEROS_OID, new byte[] {3, 0}, krbError);
    for (byte[] reply : new byte[][] {krbError, framed, resp(2, KERBEROS_OID, framed)}) {
      SpnegoException e = failure(started(), reply);
      assertEquals(Reason.CLOCK_SKEW, e.reason());
      assertTrue(e.getMessage().contains("its clock says 2026-01-02T03:04:05Z"), e::getMessage);
    }
  }

  @Test
  void textIsToldFromTokens() throws Exception {
    SpnegoException e = failure(started(), "GSSAPI supported".getBytes(StandardCharsets.UTF_8));
    assertEquals(Reason.MALFORMED_TOKEN, e.reason());
    assertTrue(e.getMessage().contains("text of 16 octets"), e::getMessage);
  }

  @Test
  void anOversizeTokenIsNotRead() throws Exception {
    assertEquals(Reason.PROTOCOL, failure(started(), new byte[(1 << 16) + 1]).reason());
  }

  @Test
  void everyMutationOfAReplyIsASaslException() throws Exception {
    byte[] whole = resp(0, KERBEROS_OID, der(0x60, KERBEROS_OID, new byte[60]));
    Random random = new Random(4178);
    for (int i = 0; i < 2000; i++) {
      byte[] mutated = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      SaslClient client = started();
      assertThrows(SaslException.class, () -> run(() -> client.evaluateChallenge(mutated)));
      assertFalse(client.isComplete());
    }
  }

  @Test
  void aFailureSticksAndIsLoggedOnce() throws Exception {
    SaslClient client = started();
    SpnegoException first = failure(client, resp(2, KERBEROS_OID, null));
    assertSame(first, failure(client, resp(0, KERBEROS_OID, null)));
    assertSame(first, failure(client, NONE));
    client.dispose();
    assertSame(first, failure(client, NONE));
    assertEquals(1, log.warnings().size());
    assertEquals(first.getMessage(), log.warnings().get(0));
  }

  @Test
  void disposeMayBeRepeatedAtAnyTime() throws Exception {
    SaslClient fresh = client();
    fresh.dispose();
    fresh.dispose();
    assertEquals(Reason.DISPOSED, failure(fresh, NONE).reason());
    SaslClient begun = started();
    begun.dispose();
    assertDoesNotThrow(begun::dispose);
    assertEquals(Reason.DISPOSED, failure(begun, resp(0, KERBEROS_OID, null)).reason());
    assertEquals(0, log.warnings().size(), "who disposes knows");
  }

  @Test
  void beforeCompletionNothingIsNegotiated() throws Exception {
    SaslClient client = started();
    assertThrows(IllegalStateException.class, () -> client.getNegotiatedProperty(Sasl.QOP));
    assertThrows(IllegalStateException.class, () -> client.unwrap(new byte[1], 0, 1));
  }

  @Test
  void theLogShowsStatesAndLengthsAndNoToken() throws Exception {
    firstToken(client());
    String line = log.debugs().get(0);
    assertTrue(
        line.matches("GSSAPI: 0 octets received in START, [\\d,.]+ octets to send in NEGOTIATING"),
        line);
  }

  private SaslClient client() {
    return client("GSSAPI");
  }

  private SaslClient client(String mechanism) {
    return client(mechanism, null);
  }

  private SaslClient client(String mechanism, @Nullable CallbackHandler handler) {
    return new SpnegoSaslClientFactory()
        .createSaslClient(new String[] {mechanism}, null, "smtp", "localhost", properties, handler);
  }

  private SaslClient started() throws Exception {
    SaslClient client = client();
    firstToken(client);
    return client;
  }

  private static byte[] firstToken(SaslClient client) throws Exception {
    return run(() -> client.evaluateChallenge(NONE));
  }

  private static SpnegoException failure(SaslClient client, byte[] challenge) {
    return assertThrows(
        SpnegoException.class, () -> run(() -> client.evaluateChallenge(challenge)));
  }

  private static byte[] run(PrivilegedExceptionAction<byte[]> action) throws Exception {
    try {
      return Subject.doAs(ForgedTickets.subject(), action);
    } catch (java.security.PrivilegedActionException e) {
      throw e.getException();
    }
  }

  private static byte[] resp(int negState, byte @Nullable [] mech, byte @Nullable [] token) {
    return der(
        0xa1,
        der(
            0x30,
            der(0xa0, der(0x0a, new byte[] {(byte) negState})),
            mech == null ? NONE : der(0xa1, mech),
            token == null ? NONE : der(0xa2, der(0x04, token))));
  }

  private static int indexOf(byte[] octets, byte[] part) {
    for (int i = 0; i + part.length <= octets.length; i++) {
      if (Arrays.equals(octets, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }
}
