package io.github.smtpspnego.gss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.AcceptedNames;
import io.github.smtpspnego.credentials.AcceptorCredentials;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.Subject;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.MessageProp;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The exchange of mechListMIC, RFC 4178 section 5, with a client that is written out here: the
 * JDK's initiator has none.
 */
class MechListMicIT {
  private static final String NTLM = "060a2b06010401823702020a";
  private static final String KERBEROS = "06092a864886f712010202";
  private static final String MS_KERBEROS = "06092a864882f712010202";

  /** {@code MechTypeList} with NTLM first: tag and length included, as it is signed. */
  private static final byte[] NTLM_FIRST = hex("3017" + NTLM + KERBEROS);

  private static final byte[] KERBEROS_FIRST = hex("3017" + KERBEROS + NTLM);

  private static Subject alice;
  private static Path keytab;

  private SpnegoAcceptor acceptor;
  private GSSContext client;

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    keytab = kdc.keytab("smtp/localhost");
  }

  @BeforeEach
  void begin() throws Exception {
    begin(true);
  }

  private void begin(boolean mutualAuth) throws Exception {
    acceptor =
        new SpnegoAcceptor(
            AcceptorCredentials.ofKeytab(
                keytab, new AcceptedNames(List.of("smtp"), List.of(), List.of(), "")),
            ReplayCache.shared(),
            "Accepting a client");
    client = Tokens.context(Tokens.KERBEROS, "smtp/localhost", mutualAuth);
  }

  @Test
  void rfc4178Section5BothSidesSignTheListWhereKerberosIsNotTheFirstChoice() throws Exception {
    NegTokenResp first = resp(accept(init(NTLM_FIRST)));
    assertEquals("a NegTokenResp with negState request-mic", first.describe());
    assertEquals(Oids.KERBEROS, first.supportedMech);
    assertNull(first.responseToken);

    NegTokenResp second = resp(accept(response(apReq(), null)));
    assertEquals(NegState.ACCEPT_INCOMPLETE, second.negState);
    assertNull(second.supportedMech);
    establish(second.responseToken);
    assertVerifies(second.mechListMic, NTLM_FIRST);
    assertFalse(acceptor.isEstablished(), "the client's MIC is still due");

    assertArrayEquals(new byte[0], accept(response(null, mic(NTLM_FIRST))));
    assertEstablished();
  }

  @Test
  void rfc4178Section5WithoutMutualAuthenticationTheClientsMicComesWithItsToken() throws Exception {
    begin(false);
    accept(init(NTLM_FIRST));
    byte[] token = apReq();
    NegTokenResp last = resp(accept(response(token, mic(NTLM_FIRST))));
    assertEquals(NegState.ACCEPT_COMPLETED, last.negState);
    assertNull(last.responseToken);
    assertVerifies(last.mechListMic, NTLM_FIRST);
    assertEstablished();
  }

  @Test
  void theChosenMechanismIsNamedAsTheClientNamedIt() throws Exception {
    byte[] list = hex("3022" + NTLM + MS_KERBEROS + KERBEROS);
    assertEquals(Oids.MS_KERBEROS, resp(accept(init(list))).supportedMech);
    assertTakesMicOver(list);
  }

  /** RFC 4178 section 5 signs the encoding that was sent; a longer one is still the client's. */
  @Test
  void theListIsSignedInTheOctetsThatCame() throws Exception {
    byte[] list = hex("3083000019" + NTLM + "06820009" + KERBEROS.substring(4));
    accept(init(list));
    assertTakesMicOver(list);

    begin();
    accept(init(list));
    establish(resp(accept(response(apReq(), null))).responseToken);
    assertRefusesMic(NTLM_FIRST); // the same list in DER
  }

  @Test
  void anOptimisticTokenOfAnotherMechanismIsIgnored() throws Exception {
    byte[] ntlm = "NTLMSSP\0 and so on".getBytes(StandardCharsets.US_ASCII);
    accept(framed(concat(field(0, NTLM_FIRST), field(2, Der.element(Der.OCTET_STRING, ntlm)))));
    assertTakesMicOver(NTLM_FIRST);
  }

  @Test
  void aMicOverAnotherListIsRefused() throws Exception {
    begin(true);
    accept(init(NTLM_FIRST));
    establish(resp(accept(response(apReq(), null))).responseToken);
    assertRefusesMic(KERBEROS_FIRST);
  }

  /** RFC 4178 section 5: the list's tag and length belong to what is signed. */
  @Test
  void aMicOverTheContentsOfTheListIsRefused() throws Exception {
    accept(init(NTLM_FIRST));
    establish(resp(accept(response(apReq(), null))).responseToken);
    assertRefusesMic(hex(NTLM + KERBEROS));
  }

  @Test
  void aMicThatWasChangedIsRefused() throws Exception {
    accept(init(NTLM_FIRST));
    establish(resp(accept(response(apReq(), null))).responseToken);
    byte[] mic = mic(NTLM_FIRST);
    mic[mic.length - 1] ^= 1;
    assertRefused(Reason.MECH_LIST_MIC, response(null, mic));
  }

  @Test
  void theServersOwnMicSentBackIsRefused() throws Exception {
    accept(init(NTLM_FIRST));
    byte[] own = resp(accept(response(apReq(), null))).mechListMic;
    assertRefused(Reason.MECH_LIST_MIC, response(null, own));
  }

  @Test
  void aMicThatIsDueAndDoesNotComeIsMissed() throws Exception {
    accept(init(NTLM_FIRST));
    accept(response(apReq(), null));
    assertRefused(Reason.MECH_LIST_MIC, response(null, null));

    begin();
    accept(init(NTLM_FIRST));
    accept(response(apReq(), null));
    assertRefused(Reason.MECH_LIST_MIC, response(null, new byte[0]));
  }

  @Test
  void aSecondTokenInPlaceOfTheMicIsRefused() throws Exception {
    accept(init(NTLM_FIRST));
    byte[] token = apReq();
    establish(resp(accept(response(token, null))).responseToken);
    assertRefused(Reason.PROTOCOL, response(token, mic(NTLM_FIRST)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMicThatIsNotDueIsVerifiedAndAnswered(boolean inFirstToken) throws Exception {
    begin(false);
    byte[] token = apReq();
    byte[] mic = mic(KERBEROS_FIRST);
    NegTokenResp last;
    if (inFirstToken) {
      last = resp(accept(init(KERBEROS_FIRST, token, mic)));
    } else {
      accept(init(KERBEROS_FIRST));
      last = resp(accept(response(token, mic)));
    }
    assertEquals(NegState.ACCEPT_COMPLETED, last.negState);
    assertVerifies(last.mechListMic, KERBEROS_FIRST);
    assertEstablished();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWrongMicThatIsNotDueIsRefused(boolean inFirstToken) throws Exception {
    begin(false);
    byte[] token = apReq();
    byte[] mic = mic(NTLM_FIRST);
    if (inFirstToken) {
      assertRefused(Reason.MECH_LIST_MIC, init(KERBEROS_FIRST, token, mic));
    } else {
      accept(init(KERBEROS_FIRST));
      assertRefused(Reason.MECH_LIST_MIC, response(token, mic));
    }
  }

  @Test
  void theClientMayEndItWithReject() throws Exception {
    accept(init(NTLM_FIRST));
    assertRefused(Reason.REJECTED, hex("a1073005a0030a0102"));
    begin();
    accept(init(NTLM_FIRST));
    accept(response(apReq(), null));
    assertRefused(Reason.REJECTED, hex("a1073005a0030a0102"));
  }

  @Test
  void afterTheMicMessagesAreWrappedInOrder() throws Exception {
    accept(init(NTLM_FIRST));
    assertTakesMicOver(NTLM_FIRST);
    byte[] choice = client.wrap(new byte[] {1, 0, 0, 0}, 0, 4, new MessageProp(0, false));
    assertArrayEquals(new byte[] {1, 0, 0, 0}, acceptor.layer().unwrap(choice, 0, choice.length));
    byte[] offer = acceptor.layer().wrap(new byte[] {1, 0, 0, 0}, 0, 4);
    MessageProp properties = new MessageProp(false);
    client.unwrap(offer, 0, offer.length, properties);
    assertFalse(
        properties.isDuplicateToken()
            || properties.isGapToken()
            || properties.isOldToken()
            || properties.isUnseqToken());
  }

  private void assertTakesMicOver(byte[] list) throws Exception {
    NegTokenResp reply = resp(accept(response(apReq(), null)));
    establish(reply.responseToken);
    assertVerifies(reply.mechListMic, list);
    accept(response(null, mic(list)));
    assertEstablished();
  }

  private void assertRefusesMic(byte[] list) throws Exception {
    assertRefused(Reason.MECH_LIST_MIC, response(null, mic(list)));
  }

  private void assertRefused(Reason reason, byte[] token) {
    SpnegoException e = assertThrows(SpnegoException.class, () -> accept(token));
    assertEquals(reason, e.reason(), e.getMessage());
    assertFalse(acceptor.isEstablished());
  }

  private void assertEstablished() {
    assertTrue(acceptor.isEstablished());
    assertEquals(Kdc.full("alice"), acceptor.peer().client());
  }

  private void assertVerifies(byte[] mic, byte[] list) throws Exception {
    assertNotNull(mic);
    client.verifyMIC(mic, 0, mic.length, list, 0, list.length, new MessageProp(false));
  }

  private byte[] accept(byte[] token) throws Exception {
    return acceptor.accept(token);
  }

  private byte[] apReq() throws Exception {
    return Tokens.first(alice, client);
  }

  private void establish(byte[] apRep) throws Exception {
    Dialogue.as(alice, () -> client.initSecContext(apRep, 0, apRep.length));
    assertTrue(client.isEstablished());
  }

  private byte[] mic(byte[] list) throws Exception {
    if (!client.isEstablished()) {
      throw new AssertionError("the client has no keys yet");
    }
    return client.getMIC(list, 0, list.length, new MessageProp(0, false));
  }

  private static byte[] init(byte[] list) {
    return framed(field(0, list));
  }

  private static byte[] init(byte[] list, byte[] mechToken, byte[] mic) {
    return framed(
        concat(
            field(0, list),
            field(2, Der.element(Der.OCTET_STRING, mechToken)),
            field(3, Der.element(Der.OCTET_STRING, mic))));
  }

  /** The framing of RFC 2743 section 3.1, and the choice and sequence of RFC 4178 section 4.2. */
  private static byte[] framed(byte[] fields) {
    return Der.element(
        0x60, hex("06062b0601050502"), Der.element(0xa0, Der.element(Der.SEQUENCE, fields)));
  }

  private static byte[] response(byte[] token, byte[] mic) {
    byte[] fields = hex("a0030a0101");
    if (token != null) {
      fields = concat(fields, field(2, Der.element(Der.OCTET_STRING, token)));
    }
    if (mic != null) {
      fields = concat(fields, field(3, Der.element(Der.OCTET_STRING, mic)));
    }
    return Der.element(0xa1, Der.element(Der.SEQUENCE, fields));
  }

  private static byte[] field(int number, byte[] contents) {
    return Der.element(0xa0 | number, contents);
  }

  private static NegTokenResp resp(byte[] token) {
    return assertInstanceOf(NegTokenResp.class, PeerToken.read(token));
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
