package io.github.smtpspnego.gss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.Test;

/** Tokens of other people's clients and servers, as they published them. */
class PublicTracesTest {
  /**
   * A NegTokenInit with a token for HTTP/host.test.gokrb5, from the tests of gokrb5
   * (spnego/negotiationToken_test.go). The framing of RFC 2743 is not in that file.
   */
  private static final String GOKRB5_INIT =
      "608202b606062b0601050502a08202aa308202a6a027302506092a864886f71201020206052b0501"
          + "050206092a864882f71201020206062b0601050205a2820279048202756082027106092a864886f7"
          + "1201020201006e8202603082025ca003020105a10302010ea20703050020000000a3820170618201"
          + "6c30820168a003020105a10d1b0b544553542e474f4b524235a2233021a003020103a11a30181b04"
          + "485454501b10686f73742e746573742e676f6b726235a382012b30820127a003020112a103020102"
          + "a282011904820115d4bd890abc456f44e2e7a2e8111bd6767abf03266dfcda97c629af2ece450a5a"
          + "e1f145e4a4d1bc2c848e66a6c6b31d9740b26b03cdbd2570bfcf126e90adf5f5ebce9e283ff5086d"
          + "a47b129b14fc0aabd4d1df9c1f3c72b80cc614dfc28783450b2c7b7749651f432b47aaa2ff158c00"
          + "66b757f3fb00dd7b4f63d68276c76373ecdd3f19c66ebc43a81e577f3c263b878356f57e8d6c4ecc"
          + "d587b81538e70392cf7e73fc12a6f7c537a894a7bb5566c83ac4d69757aa320a51d8d690017aebf9"
          + "52add1889adfc3307b0e6cd8c9b57cf8589fbe52800acb6461c25473d49faa1bdceb8bce3f61db23"
          + "f9cd6a09d5adceb411e1c4546b30b33331e570fd6bc50aa403557e75f488e759750ea038aab64546"
          + "67d9b64f41a481d23081cfa003020112a281c70481c4d67ba2ae4cf5d917caab1d863605249320e9"
          + "0482563662ed92408a543b6ad5edeb8f9375e9060a205491df082fd2a5fec93dfb76f41012bb60ca"
          + "e20f07adbb77a1aa56f0521f36e1ea10dc9fb762902b254dd7664d0bcc6f751f2003e41990af1b43"
          + "30d10477bfad638b9f0b704ac80cc47731f8ec8d801762bad8884b8de90adb1dbe7fc7b0ffafd38f"
          + "b5eb8b6547cee30d89873281ce63ad70042a13478b1a7c2bdde0f223ace62dbb84e2d06f1070f426"
          + "5f66e0544449335e2fcc4d0aee5bf81c5999";

  /**
   * Windows with NTLM first: the login of .Net SqlClient, from a capture that the project
   * pysqlbridge published among its fixtures.
   */
  private static final String SQL_CLIENT_INIT =
      "607f06062b0601050502a0753073a030302e060a2b06010401823702020a06092a864882f7120102"
          + "0206092a864886f712010202060a2b06010401823702021ea23f043d4e544c4d5353500001000000"
          + "97b208e209000900340000000c000c00280000000a00f4650000000f574f524b53544154494f4e31"
          + "574f524b47524f5550";

  /**
   * A server's NegTokenInit2, from the tests of pyspnego (initial_context_token_neg_token_init2).
   */
  private static final String PYSPNEGO_INIT2 =
      "607606062b0601050502a06c306aa03c303a060a2b06010401823702021e06092a864882f7120102"
          + "0206092a864886f712010202060a2a864886f71201020203060a2b06010401823702020aa32a3028"
          + "a0261b246e6f745f646566696e65645f696e5f5246433431373840706c656173655f69676e6f7265";

  /** A server's last reply, from the tests of pyspnego (neg_token_resp). */
  private static final String PYSPNEGO_RESP =
      "a181b73081b4a0030a0100a10b06092a864886f712010202a2819f04819c60819906092a864886f7"
          + "1201020202006f8189308186a003020105a10302010fa27a3078a003020112a271046f70675f94ac"
          + "856acfc14cf4dd4617b96c7f900644cd9fa10dd4d000c25f5dddefeb9ce1bfe3e6554423cd920d28"
          + "61fa89fb28bfb20b1cc5e2f1c8a4bf72bd0c930cace09872e41f28b1a93a1877c4c701e33a6825f9"
          + "2e92ee82a2333e7b64bfe5592b2c69dacb136d324efd73173410";

  /** From the tests of go-smb2, whose issue 34 tells of the server that sends it. */
  private static final String GO_SMB2_RESP = "a182000b30820007a08200030a0100";

  /** From the tests of libgpg-error (base64 oRQwEqADCgEDoQsGCSqGSIL3EgECAg==). */
  private static final String GPG_ERROR_RESP = "a1143012a0030a0103a10b06092a864882f712010202";

  @Test
  void aNegTokenInitWithIakerbAndMicrosoftsIdentifier() throws Exception {
    NegTokenInit init = init(GOKRB5_INIT);
    assertEquals(
        List.of(Oids.KERBEROS, new Oid("1.3.5.1.5.2"), Oids.MS_KERBEROS, new Oid("1.3.6.1.5.2.5")),
        init.mechTypes);
    assertEquals(
        "302506092a864886f71201020206052b0501050206092a864882f71201020206062b0601050205",
        HexFormat.of().formatHex(init.mechTypeList));
    assertNull(init.mechListMic);
    ApReqMessage nested = assertInstanceOf(ApReqMessage.class, PeerToken.read(init.mechToken));
    assertEquals(
        "a ticket for HTTP/host.test.gokrb5@TEST.GOKRB5 (kvno 2, enctype 18)",
        nested.ticket.describe());
  }

  @Test
  void aNegTokenInitOfWindowsWithNtlmFirst() {
    NegTokenInit init = init(SQL_CLIENT_INIT);
    assertEquals(List.of(Oids.NTLM, Oids.MS_KERBEROS, Oids.KERBEROS, Oids.NEGOEX), init.mechTypes);
    assertEquals(
        "a NegTokenInit offering NTLM, Kerberos (Microsoft's OID), Kerberos, NegoEx",
        init.describe());
    assertEquals("an NTLM message", PeerToken.read(init.mechToken).describe());
  }

  /** MS-SPNG section 2.2.1: what has the place of mechListMIC is none. */
  @Test
  void aNegTokenInit2WithNegHints() {
    NegTokenInit init = init(PYSPNEGO_INIT2);
    assertEquals(
        List.of(
            Oids.NEGOEX, Oids.MS_KERBEROS, Oids.KERBEROS, Oids.KERBEROS_USER_TO_USER, Oids.NTLM),
        init.mechTypes);
    assertNull(init.mechToken);
    assertNull(init.mechListMic);
  }

  @Test
  void aLastReplyOfWindows() {
    NegTokenResp resp = resp(PYSPNEGO_RESP);
    assertEquals(NegState.ACCEPT_COMPLETED, resp.negState);
    assertEquals(Oids.KERBEROS, resp.supportedMech);
    assertEquals(
        "a raw Kerberos AP-REP (RFC 4752), not SPNEGO",
        PeerToken.read(resp.responseToken).describe());
    assertArrayEquals(
        HexFormat.of().parseHex(PYSPNEGO_RESP),
        NegTokenResp.encode(resp.negState, resp.supportedMech, resp.responseToken, null));
  }

  @Test
  void aReplyWithLengthsThatAreLongerThanTheyNeedToBe() {
    assertEquals(NegState.ACCEPT_COMPLETED, resp(GO_SMB2_RESP).negState);
  }

  @Test
  void aReplyThatRequestsAMic() {
    NegTokenResp resp = resp(GPG_ERROR_RESP);
    assertEquals(NegState.REQUEST_MIC, resp.negState);
    assertEquals(Oids.MS_KERBEROS, resp.supportedMech);
    assertArrayEquals(
        HexFormat.of().parseHex(GPG_ERROR_RESP),
        NegTokenResp.encode(NegState.REQUEST_MIC, Oids.MS_KERBEROS, null, null));
  }

  @Test
  void noneOfThemIsReadWhereItIsCut() {
    for (String trace :
        List.of(
            GOKRB5_INIT,
            SQL_CLIENT_INIT,
            PYSPNEGO_INIT2,
            PYSPNEGO_RESP,
            GO_SMB2_RESP,
            GPG_ERROR_RESP)) {
      byte[] whole = HexFormat.of().parseHex(trace);
      for (int length = 0; length < whole.length; length++) {
        assertInstanceOf(PeerToken.OtherToken.class, PeerToken.read(Arrays.copyOf(whole, length)));
      }
      assertInstanceOf(
          PeerToken.OtherToken.class, PeerToken.read(Arrays.copyOf(whole, whole.length + 1)));
    }
  }

  private static NegTokenInit init(String token) {
    return assertInstanceOf(NegTokenInit.class, PeerToken.read(HexFormat.of().parseHex(token)));
  }

  private static NegTokenResp resp(String token) {
    return assertInstanceOf(NegTokenResp.class, PeerToken.read(HexFormat.of().parseHex(token)));
  }
}
