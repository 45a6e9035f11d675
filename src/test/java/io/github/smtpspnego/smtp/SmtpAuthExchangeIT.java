package io.github.smtpspnego.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.sasl.SpnegoSaslClientFactory;
import io.github.smtpspnego.smtp.SmtpAuthExchange.Reply;
import io.github.smtpspnego.support.AuthServers;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.ForgedApReq;
import io.github.smtpspnego.support.JdkSasl;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.Tokens;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.security.auth.Subject;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AUTH with real tickets, line by line. */
class SmtpAuthExchangeIT {
  private static final String PREFIX = "mail.smtp.sasl.spnego.";
  private final Instant now = Instant.now();

  private static Kdc kdc;
  private static Subject alice;
  private static Path keytab;

  private final SmtpAuthExchange exchange = exchange(Map.of());

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    keytab = kdc.keytab("smtp/localhost");
  }

  @Test
  void msSseanOurClientUnderGssapi() throws Exception {
    List<String> lines = hold(ours("GSSAPI", Map.of()), exchange);
    // AUTH with token, 334 token, empty line, 334 offer, choice, 235
    assertEquals(6, lines.size(), () -> shape(lines));
    assertEquals("C:", lines.get(2));
    assertSuccess(lines, exchange);
  }

  @Test
  void msSsean3_2_5TheServerInvitesAClientWithoutAnInitialResponse() throws Exception {
    List<String> lines =
        hold(ours("GSSAPI", Map.of(PREFIX + "initialresponse", "never")), exchange);
    assertEquals(List.of("C:AUTH GSSAPI", "S:334 "), lines.subList(0, 2));
    assertSuccess(lines, exchange);
  }

  @Test
  void msSsean4_1TheExampleEndsAtOnce() throws Exception {
    SmtpAuthExchange atOnce = exchange(Map.of(PREFIX + "securitylayer", "none"));
    List<String> lines = hold(ours("GSSAPI", Map.of()), atOnce);
    assertEquals(4, lines.size(), () -> shape(lines));
    assertEquals("C:", lines.get(2));
    assertSuccess(lines, atOnce);
  }

  @Test
  void gssSpnegoEndsAtOnceUnlessToldOtherwise() throws Exception {
    List<String> lines = hold(ours("GSS-SPNEGO", Map.of()), exchange);
    assertEquals(4, lines.size(), () -> shape(lines));
    assertSuccess(lines, exchange);
    SmtpAuthExchange offering = exchange(Map.of(PREFIX + "securitylayer", "required"));
    List<String> longer = hold(ours("GSS-SPNEGO", Map.of()), offering);
    assertEquals(6, longer.size(), () -> shape(longer));
    assertSuccess(longer, offering);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "none", "required"})
  void rfc4752RawKerberosAlwaysGetsTheOffer(String ending) throws Exception {
    SmtpAuthExchange raw = exchange(Map.of(PREFIX + "securitylayer", ending));
    SaslClient client =
        Dialogue.as(alice, () -> JdkSasl.client("", "localhost", Map.of(Sasl.SERVER_AUTH, "true")));
    List<String> lines = hold(client, raw);
    assertEquals(6, lines.size(), () -> shape(lines));
    assertSuccess(lines, raw);
  }

  @Test
  void rfc4954Section4AfterSuccessAuthIsRefused() throws Exception {
    hold(ours("GSSAPI", Map.of()), exchange);
    assertTrue(exchange.auth("AUTH GSSAPI").line().startsWith("503 5.5.1 "));
    assertTrue(exchange.auth("AUTH PLAIN").line().startsWith("503 5.5.1 "));
    assertTrue(exchange.isAuthenticated());
    exchange.close();
    assertEquals(Kdc.full("alice"), exchange.principal());
  }

  @Test
  void afterAFailureTheNextAuthMaySucceed() throws Exception {
    assertEquals(535, exchange.auth("AUTH GSSAPI YWJj").code());
    assertSuccess(hold(ours("GSSAPI", Map.of()), exchange), exchange);
  }

  @Test
  void anAuthorizationIdentityIsRefusedUnlessItIsAllowed() throws Exception {
    Map<String, Object> asPostmaster =
        Map.of("mail.smtp.sasl.authorizationid", "postmaster@example.test");
    List<String> refused = hold(ours("GSSAPI", asPostmaster), exchange);
    assertTrue(Dialogue.end(refused).startsWith("S:535 5.7.8 "), refused::toString);
    assertFalse(exchange.isAuthenticated());

    SmtpAuthExchange lenient =
        authorizing(
            (principal, identity) ->
                principal.equals(Kdc.full("alice")) && identity.startsWith("postmaster@")
                    ? Optional.of("postmaster")
                    : Optional.empty());
    List<String> granted = hold(ours("GSSAPI", asPostmaster), lenient);
    assertTrue(Dialogue.end(granted).startsWith("S:235 2.7.0 "), granted::toString);
    assertEquals(Kdc.full("alice"), lenient.principal());
    assertEquals("postmaster", lenient.authorizationId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GSSAPI", "GSS-SPNEGO"})
  void theDecisionIsAskedForEveryClientAndItsFailureIsTemporary(String mechanism) throws Exception {
    SmtpAuthExchange nobody = authorizing((principal, identity) -> Optional.empty());
    assertRefused(hold(ours(mechanism, Map.of()), nobody), nobody);
    SmtpAuthExchange broken =
        authorizing(
            (principal, identity) -> {
              throw new IllegalStateException("the directory is down");
            });
    List<String> undecided = hold(ours(mechanism, Map.of()), broken);
    assertTrue(Dialogue.end(undecided).startsWith("S:454 4.7.0 "), () -> shape(undecided));
    assertFalse(broken.isAuthenticated());
  }

  @Test
  void theServersOwnFaultIsTemporary() throws Exception {
    for (Map<String, String> fault :
        List.of(
            Map.of(PREFIX + "keytab", "/no/such/keytab"),
            Map.of(PREFIX + "principal", "smtp/elsewhere.example.test"))) {
      SmtpAuthExchange broken = exchange(fault);
      List<String> lines = hold(ours("GSSAPI", Map.of()), broken);
      assertEquals(2, lines.size(), () -> shape(lines));
      String reply = Dialogue.end(lines);
      assertTrue(reply.startsWith("S:454 4.7.0 "), reply);
      assertFalse(reply.contains("/"), "the client is told of the server's files: " + reply);
    }
  }

  @Test
  void aReplayedTokenIsRefused() throws Exception {
    String line = "AUTH GSS-SPNEGO " + Dialogue.encode(token("smtp/localhost"));
    assertTrue(exchange.auth(line).isContinuation());
    SmtpAuthExchange second = exchange(Map.of());
    assertTrue(second.auth(line).line().startsWith("535 5.7.8 "));
    assertTrue(exchange.auth("").isSuccess());
  }

  @Test
  void aTokenForAnotherServiceIsRefused() throws Exception {
    kdc.add("ftp/localhost", "the file server's key");
    String line = "AUTH GSSAPI " + Dialogue.encode(token("ftp/localhost"));
    assertTrue(exchange.auth(line).line().startsWith("535 5.7.8 "));
    SmtpAuthExchange both =
        exchange(
            Map.of(PREFIX + "keytab", kdc.keytab("smtp/localhost", "ftp/localhost").toString()));
    String again = "AUTH GSSAPI " + Dialogue.encode(token("ftp/localhost"));
    assertTrue(both.auth(again).line().startsWith("535 5.7.8 "));
  }

  @Test
  void aForgedTokenThatIsAsItShouldBeIsTaken() {
    // So that the refusals below are about what they say.
    assertTrue(exchange.auth(auth(forged())).isContinuation());
    assertTrue(exchange.auth("").isSuccess());
    assertEquals(Kdc.full("alice"), exchange.principal());
  }

  @Test
  void anExpiredTicketIsRefused() {
    assertForgedIsRefused(
        forged().valid(now.minus(Duration.ofHours(10)), now.minus(Duration.ofHours(1))), "expired");
  }

  @Test
  void aTicketOfTomorrowIsRefused() {
    assertForgedIsRefused(
        forged().valid(now.plus(Duration.ofHours(10)), now.plus(Duration.ofHours(20))), "clock");
  }

  @Test
  void aClientWhoseClockIsWrongIsRefused() {
    assertForgedIsRefused(forged().clock(now.minus(Duration.ofMinutes(20))), "clock");
    assertForgedIsRefused(forged().clock(now.plus(Duration.ofMinutes(20))), "clock");
  }

  @Test
  void aStolenTicketIsRefused() {
    assertForgedIsRefused(forged().author(Kdc.full("bob")), "");
    assertForgedIsRefused(forged().author("alice@ELSEWHERE.TEST"), "");
  }

  @Test
  void anAnonymousClientIsRefused() {
    ForgedApReq anonymous =
        new ForgedApReq(keytab, "smtp/localhost", "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS");
    Reply reply = exchange.auth(auth(anonymous));
    reply = reply.isContinuation() ? exchange.auth("") : reply;
    assertTrue(reply.line().startsWith("535 5.7.8 "), reply.line());
    assertFalse(exchange.isAuthenticated());
  }

  /** A realm may hold any character but a slash, a colon and NUL. */
  @Test
  void aClientOfARealmThatEndsLikeTheServersIsRefused() {
    assertRefusedAtTheEnd("alice@OTHER@EXAMPLE.TEST");
    assertRefusedAtTheEnd("alice\\@EXAMPLE.TEST");
  }

  @Test
  void aClientWhoseNameBreaksALineIsRefused() {
    assertRefusedAtTheEnd("alice\nbob@EXAMPLE.TEST");
  }

  private void assertRefusedAtTheEnd(String client) {
    Reply reply = exchange.auth(auth(new ForgedApReq(keytab, "smtp/localhost", client)));
    reply = reply.isContinuation() ? exchange.auth("") : reply;
    assertTrue(reply.line().startsWith("535 5.7.8 "), reply.line());
  }

  @Test
  void aTicketMadeWithAnotherKeyIsRefused() {
    kdc.add("smtp/impostor.example.test", "another key");
    Path other = kdc.keytab("smtp/impostor.example.test");
    assertForgedIsRefused(
        new ForgedApReq(other, "smtp/impostor.example.test", Kdc.full("alice")), "not for");
  }

  @Test
  void aForwardedTicketIsHandedOver() {
    exchange.auth(auth(forged().delegating()));
    assertTrue(exchange.auth("").isSuccess());
    assertTrue(exchange.delegatedCredential().isPresent());
  }

  @Test
  void aClientThatStopsLeavesNothingBehind() throws Exception {
    assertTrue(
        exchange.auth("AUTH GSSAPI " + Dialogue.encode(token("smtp/localhost"))).isContinuation());
    assertEquals(501, exchange.auth(null).code());
    assertFalse(exchange.isAuthenticated());
    // The established context is forgotten: an empty line is no response to it.
    assertEquals(501, exchange.auth("").code());
  }

  private void assertForgedIsRefused(ForgedApReq token, String told) {
    Reply reply = exchange.auth(auth(token));
    assertTrue(reply.line().startsWith("535 5.7.8 "), reply.line());
    assertTrue(reply.text().contains(told), reply.line());
  }

  private static String auth(ForgedApReq token) {
    return "AUTH GSS-SPNEGO " + Dialogue.encode(token.spnego());
  }

  private static ForgedApReq forged() {
    return new ForgedApReq(keytab, "smtp/localhost", Kdc.full("alice"));
  }

  private static byte[] token(String service) throws Exception {
    return Tokens.first(alice, Tokens.SPNEGO, service);
  }

  private static void assertSuccess(List<String> lines, SmtpAuthExchange exchange) {
    assertTrue(Dialogue.end(lines).startsWith("S:235 2.7.0 "), () -> shape(lines));
    assertTrue(exchange.isAuthenticated());
    assertEquals(Kdc.full("alice"), exchange.principal());
    assertEquals(Kdc.full("alice"), exchange.authorizationId());
    assertTrue(exchange.delegatedCredential().isEmpty());
  }

  private static void assertRefused(List<String> lines, SmtpAuthExchange exchange) {
    assertTrue(Dialogue.end(lines).startsWith("S:535 5.7.8 "), () -> shape(lines));
    assertFalse(exchange.isAuthenticated());
  }

  /** The lines without their tokens. */
  private static String shape(List<String> lines) {
    return lines.stream().map(line -> line.substring(0, Math.min(12, line.length()))).toList() + "";
  }

  private static List<String> hold(SaslClient client, SmtpAuthExchange exchange) throws Exception {
    return Dialogue.as(alice, () -> Dialogue.hold(client, line -> exchange.auth(line).line()));
  }

  private static SaslClient ours(String mechanism, Map<String, ?> properties) {
    return Objects.requireNonNull(
        new SpnegoSaslClientFactory()
            .createSaslClient(
                new String[] {mechanism}, null, "smtp", "localhost", properties, null));
  }

  private static SmtpAuthExchange exchange(Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(properties);
    all.putIfAbsent(PREFIX + "keytab", String.valueOf(keytab));
    return AuthServers.of("localhost", all).exchange();
  }

  private static SmtpAuthExchange authorizing(SmtpAuthServer.Authorization authorization) {
    return SmtpAuthServer.builder()
        .keytab(keytab)
        .hosts("localhost")
        .authorization(authorization)
        .build()
        .exchange();
  }
}
