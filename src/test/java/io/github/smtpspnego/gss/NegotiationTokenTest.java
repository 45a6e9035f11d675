package io.github.smtpspnego.gss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import io.github.smtpspnego.SpnegoException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The tokens of RFC 4178 section 4.2, and what else may come in their place. */
class NegotiationTokenTest {
  /** The header of MS-SSEAN's and every other NegTokenInit: RFC 2743 section 3.1, SPNEGO's OID. */
  private static final String INIT =
      "60 26 06 06 2b0601050502 a0 1c 30 1a"
          + " a0 18 30 16 06 09 2a864882f712010202 06 09 2a864886f712010202";

  private static final String COMPLETED = "a1 07 30 05 a0 03 0a 01 00";

  private static NegTokenInit init(byte[] token) {
    return assertInstanceOf(NegTokenInit.class, PeerToken.read(token));
  }

  private static NegTokenResp resp(byte[] token) {
    return assertInstanceOf(NegTokenResp.class, PeerToken.read(token));
  }

  @Test
  void rfc4178Section4_2_1AnInitIsRead() {
    NegTokenInit init = init(hex(INIT));
    assertEquals(List.of(Oids.MS_KERBEROS, Oids.KERBEROS), init.mechTypes);
    assertNull(init.mechToken);
    assertArrayEquals(hex(INIT), encode(init.mechTypes, null));
  }

  @Test
  void anInitWithATokenIsReadAgain() {
    byte[] mechToken = new byte[300];
    byte[] encoded = encode(List.of(Oids.KERBEROS), mechToken);
    assertArrayEquals(mechToken, init(encoded).mechToken);
  }

  @Test
  void reqFlagsAndLaterFieldsAreIgnored() {
    String fields =
        "a0 0d 30 0b 06 09 2a864886f712010202 a1 04 03 02 01 06 a2 03 04 01 ff a3 03 04 01 00";
    String token = "60 2b 06 06 2b0601050502 a0 21 30 1f" + fields;
    assertArrayEquals(new byte[] {(byte) 0xff}, init(hex(token)).mechToken);
  }

  @Test
  void rfc4178Section4_2_2AResponseIsRead() {
    NegTokenResp resp = resp(hex(COMPLETED));
    assertEquals(NegState.ACCEPT_COMPLETED, resp.negState);
    assertNull(resp.supportedMech);
    assertEquals("a NegTokenResp with negState absent", resp(hex("a1 02 30 00")).describe());
  }

  @ParameterizedTest
  @EnumSource(
      mode = EXCLUDE,
      names = {"UNKNOWN", "ABSENT"})
  void everyStateIsReadAgain(NegState state) {
    byte[] token = NegTokenResp.encode(state, Oids.NTLM, new byte[] {1}, new byte[] {2});
    NegTokenResp again = resp(token);
    assertEquals(state, again.negState);
    assertEquals(Oids.NTLM, again.supportedMech);
    assertArrayEquals(new byte[] {1}, again.responseToken);
    assertArrayEquals(new byte[] {2}, again.mechListMic);
  }

  @Test
  void aStateThatRfc4178DoesNotKnowIsUnknown() {
    for (String value : List.of("04", "05", "7f", "80", "ff")) {
      String token = COMPLETED.substring(0, COMPLETED.length() - 2) + value;
      assertEquals("a NegTokenResp with negState unknown", resp(hex(token)).describe());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        INIT,
        COMPLETED,
        "a1 14 30 12 a0 03 0a 01 01 a1 0b 06 09 2a864886f712010202",
        "7e 1b 30 19 a0 03 02 01 05 a1 03 02 01 1e a4 08 18 06 323032343031 a6 03 02 01 25",
      })
  void noTruncationIsTaken(String token) {
    byte[] whole = hex(token);
    for (int length = 0; length < whole.length; length++) {
      PeerToken cut = PeerToken.read(Arrays.copyOf(whole, length));
      assertEquals(Reason.MALFORMED_TOKEN, cut.reason(), cut::describe);
    }
    PeerToken padded = PeerToken.read(Arrays.copyOf(whole, whole.length + 1));
    assertTrue(
        padded.reason() == Reason.MALFORMED_TOKEN
            || (padded instanceof PeerToken.OtherToken other && other.error() != null),
        padded::describe);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NTLMSSP\0 and so on | an NTLM message",
        "GSSAPI supported | text of 16 octets, not a GSS-API token",
      })
  void textIsNamed(String text, String described) {
    byte[] token = text.getBytes(StandardCharsets.US_ASCII);
    assertEquals(described, PeerToken.read(token).describe());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "60 11 06 09 2a864886f712010202 02 00 6f 02 30 00 | a raw Kerberos AP-REP (RFC 4752), not SPNEGO",
        "60 0d 06 09 2a864886f712010202 02 00 | a Kerberos token of the type AP-REP without an AP-REP",
        "60 0d 06 09 2a864886f712010202 09 09 | a Kerberos token of an unknown type",
        "60 0b 06 09 2a864886f712010202 | a Kerberos token of an unknown type",
        "60 0c 06 0a 2b06010401823702020a | a token of the mechanism NTLM",
        "60 0c 06 0a 2b06010401823702021e | a token of the mechanism NegoEx",
        "60 05 06 03 2a0304 | a token of the mechanism 1.2.3.4",
        "7e 07 30 05 a6 03 02 01 25 | a Kerberos error: the clocks differ too much (37)",
        "7e 07 30 05 a6 03 02 01 63 | a Kerberos error: error code 99",
        "ff | 1 octets that are not a GSS-API token",
      })
  void othersAreNamed(String token, String described) {
    assertEquals(described, PeerToken.read(hex(token)).describe());
  }

  @Test
  void ofAListOnlyNamesAreShown() {
    assertEquals(
        "a NegTokenInit offering Kerberos (Microsoft's OID), Kerberos",
        PeerToken.read(hex(INIT)).describe());
    assertEquals(
        "a NegTokenResp with negState accept-completed", PeerToken.read(hex(COMPLETED)).describe());
  }

  @Test
  void nestedGarbageEndsTheReadingAndNothingElse() {
    byte[] deep = new byte[60000];
    Arrays.fill(deep, (byte) 0x60);
    assertEquals(Reason.MALFORMED_TOKEN, PeerToken.read(deep).reason());
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** Encodes a NegTokenInit with its framing, without reqFlags and mechListMIC. */
  static byte[] encode(List<Oid> mechTypes, byte @Nullable [] mechToken) {
    byte[][] types = new byte[mechTypes.size()][];
    for (int i = 0; i < types.length; i++) {
      types[i] = Der.encode(mechTypes.get(i));
    }
    byte[] list = Der.field(0, Der.element(Der.SEQUENCE, types));
    byte[] fields = Der.element(Der.SEQUENCE, list, Der.octetField(2, mechToken));
    return Der.element(Der.application(0), Der.encode(Oids.SPNEGO), Der.field(0, fields));
  }
}
