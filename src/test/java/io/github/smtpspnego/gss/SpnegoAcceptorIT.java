package io.github.smtpspnego.gss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.credentials.AcceptedNames;
import io.github.smtpspnego.credentials.AcceptorCredentials;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.security.auth.Subject;
import org.ietf.jgss.Oid;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** First tokens as other clients make them, and as nobody should. */
class SpnegoAcceptorIT {
  private static Subject alice;
  private static Path keytab;

  private SpnegoAcceptor acceptor;

  @BeforeAll
  static void logIn() {
    Kdc kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    keytab = kdc.keytab("smtp/localhost");
  }

  @BeforeEach
  void begin() throws Exception {
    acceptor =
        new SpnegoAcceptor(
            AcceptorCredentials.ofKeytab(
                keytab, new AcceptedNames(List.of("smtp"), List.of(), List.of("*"), "")),
            ReplayCache.shared(),
            "Accepting a client");
  }

  @Test
  void windowsOffersKerberosUnderTwoIdentifiersAndNtlm() throws Exception {
    byte[] reply =
        accept(init(List.of(Oids.MS_KERBEROS, Oids.KERBEROS, Oids.NTLM), kerberosToken(true)));
    assertEstablished();
    NegTokenResp resp = resp(reply);
    assertEquals(NegState.ACCEPT_COMPLETED, resp.negState);
    // MS-SPNG section 3.1.5.2: the client wants its own first choice back.
    assertEquals(Oids.MS_KERBEROS, resp.supportedMech);
  }

  @Test
  void kerberosUnderMicrosoftsIdentifierAloneIsAnsweredUnderIt() throws Exception {
    NegTokenResp resp = resp(accept(init(List.of(Oids.MS_KERBEROS), kerberosToken(true))));
    assertEquals(Oids.MS_KERBEROS, resp.supportedMech);
    assertEstablished();
  }

  @Test
  void rfc4178Section4_2_1TheMechTokenIsOptional() throws Exception {
    NegTokenResp first = resp(accept(init(List.of(Oids.KERBEROS), Optional.empty())));
    assertEquals(NegState.ACCEPT_INCOMPLETE, first.negState);
    assertEquals(Oids.KERBEROS, first.supportedMech);
    assertFalse(acceptor.isEstablished());
    NegTokenResp second = resp(accept(response(kerberosToken(true).orElseThrow())));
    assertEquals(NegState.ACCEPT_COMPLETED, second.negState);
    assertNull(second.supportedMech, "RFC 4178 section 4.2.2: in the first reply only");
    assertNull(second.mechListMic, "Kerberos was the client's first choice");
    assertEstablished();
  }

  @Test
  void aTokenOfAnotherMechanismInKerberossPlaceIsNamed() throws Exception {
    byte[] ntlm = "NTLMSSP\0 and so on".getBytes(StandardCharsets.US_ASCII);
    assertRefused(
        Reason.NOT_SPNEGO, "NTLM", init(List.of(Oids.KERBEROS, Oids.NTLM), Optional.of(ntlm)));
  }

  @Test
  void spnegoInSpnegoIsRefusedBeforeTheJdkFollowsIt() throws Exception {
    byte[] token = kerberosToken(true).orElseThrow();
    while (token.length < SpnegoInitiator.MAX_TOKEN - 64) {
      token = init(List.of(Oids.KERBEROS), Optional.of(token));
    }
    assertRefused(Reason.NOT_SPNEGO, "NegTokenInit", token);
  }

  @Test
  void anOfferWithoutKerberosIsNamed() throws Exception {
    assertRefused(
        Reason.NOT_SPNEGO, "NTLM, NegoEx", init(List.of(Oids.NTLM, Oids.NEGOEX), Optional.empty()));
    begin();
    assertRefused(Reason.NOT_SPNEGO, "offering", init(List.of(), Optional.empty()));
  }

  @Test
  void aServersTokenIsNoFirstToken() throws Exception {
    assertRefused(Reason.NOT_SPNEGO, "NegTokenResp", response(kerberosToken(true).orElseThrow()));
  }

  @Test
  void anEmptySecondTokenIsRefused() throws Exception {
    accept(init(List.of(Oids.KERBEROS), Optional.empty()));
    byte[] empty = NegTokenResp.encode(NegState.ACCEPT_INCOMPLETE, Oids.KERBEROS, null, null);
    assertRefused(Reason.PROTOCOL, "NegTokenResp", empty);
  }

  @Test
  void aTokenLargerThanAnyIsNotRead() {
    assertRefused(Reason.PROTOCOL, "65537", new byte[SpnegoInitiator.MAX_TOKEN + 1]);
  }

  @Test
  void anApReqIsReadWholeOrNotAtAll() throws Exception {
    byte[] token = kerberosToken(true).orElseThrow();
    String ticket = assertInstanceOf(ApReqMessage.class, PeerToken.read(token)).ticket.describe();
    assertTrue(ticket.startsWith("a ticket for smtp/localhost@EXAMPLE.TEST (kvno "), ticket);
    for (int length = 0; length < token.length; length++) {
      assertEquals(Reason.MALFORMED_TOKEN, PeerToken.read(Arrays.copyOf(token, length)).reason());
    }
    PeerToken longer = PeerToken.read(Arrays.copyOf(token, token.length + 1));
    assertInstanceOf(PeerToken.OtherToken.class, longer);
  }

  @Test
  void rfc4120Section3_2_3AReplayUnderAnotherNameIsAReplay() throws Exception {
    byte[] token = kerberosToken(true).orElseThrow();
    accept(token);
    assertTrue(acceptor.isEstablished());
    String text = new String(token, StandardCharsets.ISO_8859_1);
    for (String renamed :
        List.of(text, text.replace("EXAMPLE.TEST", "EXAMPLE.PEST"), text.replace("smtp", "SMTP"))) {
      begin();
      assertRefused(
          Reason.REPLAY, "received before", renamed.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private void assertEstablished() {
    assertTrue(acceptor.isEstablished());
    assertTrue(acceptor.isSpnego());
    assertEquals(Kdc.full("alice"), acceptor.peer().client());
    assertEquals(Kdc.full("smtp/localhost"), acceptor.peer().server());
  }

  private void assertRefused(Reason reason, String named, byte[] token) {
    SpnegoException e = assertThrows(SpnegoException.class, () -> accept(token));
    assertEquals(reason, e.reason(), e.getMessage());
    assertTrue(e.toString().contains(named), e.getMessage());
    assertFalse(acceptor.isEstablished());
  }

  private byte[] accept(byte[] token) throws Exception {
    return acceptor.accept(token);
  }

  private static Optional<byte[]> kerberosToken(boolean mutualAuth) throws Exception {
    return Optional.of(
        Tokens.first(alice, Tokens.context(Tokens.KERBEROS, "smtp/localhost", mutualAuth)));
  }

  private static byte[] init(List<Oid> mechTypes, Optional<byte[]> mechToken) {
    return NegotiationTokenTest.encode(mechTypes, mechToken.orElse(null));
  }

  private static byte[] response(byte[] mechToken) {
    return NegTokenResp.encode(NegState.ACCEPT_INCOMPLETE, Oids.KERBEROS, mechToken, null);
  }

  private static NegTokenResp resp(byte[] token) {
    return assertInstanceOf(NegTokenResp.class, PeerToken.read(token));
  }
}
