package io.github.smtpspnego;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.sasl.SpnegoSaslClientFactory;
import io.github.smtpspnego.smtp.SmtpAuthClient;
import io.github.smtpspnego.support.ForgedTickets;
import io.github.smtpspnego.support.LogRecorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents say what the code says. The tests run in the project's own directory. */
class TroubleshootingTest {
  private static final String DOCUMENT = "TROUBLESHOOTING.md";

  private static final Pattern LABEL = Pattern.compile("^\\*\\*(\\w+)\\*\\*$", Pattern.MULTILINE);
  private static final Pattern ANCHOR =
      Pattern.compile("\\(" + Pattern.quote(SpnegoException.GUIDE) + "([a-z-]+)\\)");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final byte[] NONE = {};
  private static final Duration HOUR = Duration.ofHours(1);

  /** Sections on what does not end an exchange of ours. */
  private static final Set<String> WARNINGS =
      Set.of("class-path-order", "delegation", "not-in-use");

  private final Map<String, String> properties = new HashMap<>();
  private final LogRecorder log = LogRecorder.start();

  @AfterEach
  void stopRecording() {
    log.close();
  }

  @Test
  void everyReasonHasASectionAndEverySectionAReason() {
    List<String> headings = headings(read(DOCUMENT), 3);
    assertEquals(headings.stream().distinct().toList(), headings, "each once");
    Set<String> reasons = anchors();
    Set<String> sections = new TreeSet<>(headings);
    reasons.forEach(reason -> assertTrue(sections.contains(reason), reason));
    sections.removeAll(reasons);
    assertEquals(WARNINGS, sections, "without a reason");
  }

  @Test
  void everySectionHasItsThreeParts() {
    sections()
        .forEach(
            (anchor, section) -> {
              List<String> labels =
                  LABEL.matcher(section).results().map(found -> found.group(1)).toList();
              assertEquals(List.of("Symptom", "Reason", "Solution"), labels, anchor);
              List<String> parts = List.of(LABEL.split(section));
              assertEquals(4, parts.size(), anchor);
              parts.stream().skip(1).forEach(part -> assertFalse(part.isBlank(), anchor));
            });
  }

  @ParameterizedTest
  @EnumSource
  void everySectionQuotesAMessageWithItsRemedy(Reason reason) {
    String quoted = reason.remedy() + " (" + SpnegoException.GUIDE + reason.anchor() + ")";
    assertQuoted(reason, quoted);
  }

  @Test
  void everyQuotedMessagePointsToItsOwnSection() {
    sections()
        .forEach(
            (anchor, section) ->
                ANCHOR
                    .matcher(section)
                    .results()
                    .forEach(found -> assertEquals(anchor, found.group(1))));
  }

  static Stream<Path> documents() throws IOException {
    try (Stream<Path> own = Files.list(Path.of(""));
        Stream<Path> more = Files.list(Path.of("docs"))) {
      return Stream.concat(own, more)
          .filter(path -> path.toString().endsWith(".md"))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyLinkLeadsSomewhere(Path document) {
    List<String> targets =
        LINK.matcher(read(document.toString())).results().map(found -> found.group(1)).toList();
    for (String target : targets) {
      if (target.startsWith("https://")) {
        continue;
      }
      int hash = target.indexOf('#');
      String file = hash < 0 ? target : target.substring(0, hash);
      Path path = file.isEmpty() ? document : document.resolveSibling(file).normalize();
      assertTrue(Files.exists(path), target);
      if (hash >= 0) {
        String text = read(path.toString());
        assertTrue(slugs(text).contains(target.substring(hash + 1)), target);
      }
    }
  }

  @Test
  void badSettingsReadAsQuoted() {
    properties.put("mail.smtp.sasl.spnego.mutualauth", "maybe");
    assertQuoted(failure(client(null)));
    properties.clear();
    properties.put("mail.smtp.sasl.spnego.spn", "mail.contoso.com");
    assertQuoted(failure(client(null)));
    properties.clear();
    properties.put("mail.smtp.sasl.spnego.credentials", "keytab");
    assertQuoted(failure(client(null)));
  }

  @Test
  void missingCredentialsReadAsQuoted() {
    properties.put("mail.smtp.sasl.spnego.credentials", "subject");
    assertQuoted(failure(client(null)));
    properties.put("mail.smtp.sasl.spnego.credentials", "password");
    assertQuoted(failure(client(null)));
    properties.put("mail.smtp.sasl.spnego.credentials", "ticketcache");
    properties.put("mail.smtp.sasl.spnego.ticketcache", "/no/such/cache");
    SpnegoException e = failure(client(null));
    assertQuoted(e.reason(), e.getMessage().replace("/no/such/cache", "/tmp/krb5cc_1000"));
  }

  @Test
  void whatCannotBeUsedReadsAsQuoted() {
    properties.put("mail.smtp.sasl.spnego.keytab", "MEMORY:mail");
    assertQuoted(failure(client(null)));
    properties.put("mail.smtp.sasl.spnego.keytab", "/etc/mail.keytab");
    System.setProperty("sun.security.jgss.native", "true");
    try {
      assertQuoted(failure(client(null)));
    } finally {
      System.clearProperty("sun.security.jgss.native");
    }
  }

  @Test
  void credentialsOfTheProgramThatCannotBeUsedReadAsQuoted() {
    properties.put("mail.smtp.sasl.spnego.principal", "bob");
    SpnegoException other = assertThrows(SpnegoException.class, () -> firstTokenAs(HOUR));
    assertQuoted(other.reason(), inContoso(other));
    properties.remove("mail.smtp.sasl.spnego.principal");
    properties.put("mail.smtp.sasl.spnego.credentials", "subject");
    SpnegoException expired =
        assertThrows(SpnegoException.class, () -> firstTokenAs(HOUR.negated()));
    String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";
    assertQuoted(expired.reason(), inContoso(expired).replaceFirst(time, "2026-01-02T03:04:05Z"));
    properties.remove("mail.smtp.sasl.spnego.credentials");
    properties.put(Sasl.CREDENTIALS, "no credential");
    assertQuoted(failure(client(null)));
  }

  /** As alice, whose ticket-granting ticket lives so long. */
  private byte[] firstTokenAs(Duration lifetime) throws Exception {
    Subject subject = new Subject();
    subject.getPrivateCredentials().add(ForgedTickets.ticket("krbtgt/EXAMPLE.TEST", lifetime));
    PrivilegedExceptionAction<byte[]> action = () -> client(null).evaluateChallenge(NONE);
    try {
      return Subject.doAs(subject, action);
    } catch (PrivilegedActionException e) {
      throw e.getException();
    }
  }

  @Test
  void cachesKeytabsAndNativeGssReadAsQuoted() {
    properties.put("mail.smtp.sasl.spnego.ticketcache", "KCM:1000");
    SpnegoException cache = failure(client(null));
    assertQuoted(
        cache.reason(),
        cache
            .getMessage()
            .replace(
                "property mail.smtp.sasl.spnego.ticketcache", "environment variable KRB5CCNAME"));
    properties.clear();
    properties.put("mail.smtp.sasl.spnego.credentials", "native");
    assertQuoted(failure(client(null)));
    properties.clear();
    properties.put("mail.smtp.sasl.spnego.keytab", "/no/such/keytab");
    properties.put("mail.smtp.sasl.spnego.principal", "alice");
    SpnegoException keytab = failure(client(null));
    assertQuoted(
        keytab.reason(), keytab.getMessage().replace("/no/such/keytab", "/etc/mail.keytab"));
  }

  @Test
  void aKdcThatIsNotThereReadsAsQuoted() {
    SpnegoException e = failure(client(answering("alice@EXAMPLE.TEST")));
    String conf = System.getProperty("java.security.krb5.conf");
    assertQuoted(
        e.reason(),
        inContoso(e).replace(conf, "/etc/krb5.conf").replace("127.0.0.1:1", "dc1.contoso.com"));
  }

  @Test
  void aWindowsDomainWithoutAKnownRealmReadsAsQuoted() {
    SpnegoException e = failure(client(answering("CORP\\alice")));
    assertQuoted(e.reason(), inContoso(e));
  }

  @Test
  void aDisposedClientReadsAsQuoted() throws Exception {
    SaslClient client = client(null);
    client.dispose();
    assertQuoted(failure(client));
  }

  @Test
  void whatTheServerAnswersReadsAsQuoted() throws Exception {
    byte[] kerberos = {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x12, 1, 2, 2};
    byte[] ntlm = {0x2b, 6, 1, 4, 1, (byte) 0x82, 0x37, 2, 2, 10};
    List<byte[]> answers =
        List.of(
            resp(2, kerberos), // reject
            resp(3, kerberos), // request-mic
            resp(0, kerberos), // accept-completed, without a token
            resp(1, ntlm),
            "NTLMSSP\0\2\0\0\0".getBytes(StandardCharsets.ISO_8859_1),
            "GSSAPI supported".getBytes(StandardCharsets.ISO_8859_1),
            NONE);
    for (byte[] answer : answers) {
      SaslClient client = client(null);
      asAlice(() -> client.evaluateChallenge(NONE));
      SpnegoException e =
          assertThrows(
              SpnegoException.class, () -> asAlice(() -> client.evaluateChallenge(answer)));
      assertQuoted(e.reason(), inContoso(e));
    }
  }

  @Test
  void whatTheMailServerAnswersReadsAsQuoted() throws Exception {
    for (String reply :
        Arrays.asList(
            "535 5.7.8 Error: authentication failed",
            "550 5.7.1 Access denied",
            "454 4.7.0 Temporary authentication failure",
            null)) {
      assertQuotedOfReply("250-mail\n250 AUTH GSSAPI", reply);
    }
    assertQuotedOfReply("250 AUTH NTLM LOGIN", "");
    assertQuotedOfReply("250 STARTTLS", "");
    properties.put("mail.smtp.sasl.spnego.initialresponse", "always");
    assertQuotedOfReply("250 AUTH GSSAPI", "500 5.5.2 Line too long");
  }

  private void assertQuotedOfReply(String ehlo, @Nullable String reply) throws Exception {
    SmtpAuthClient auth =
        new SmtpAuthClient("smtp", "localhost", properties, List.of("GSSAPI"), null);
    SpnegoException e =
        assertThrows(
            SpnegoException.class,
            () ->
                asAlice(
                    () -> {
                      if (auth.firstLine(ehlo, false).equals("AUTH GSSAPI")) {
                        auth.nextLine("334 ");
                      }
                      auth.nextLine(reply);
                      return NONE;
                    }));
    assertQuoted(
        e.reason(),
        inContoso(e)
            .replace("to localhost", "to mail.contoso.com")
            .replace(
                " with the caller's Subject",
                ", logged in from the ticket cache /tmp/krb5cc_1000"));
  }

  @Test
  void theServersKerberosErrorReadsAsQuoted() throws Exception {
    byte[] time = "20260102030405Z".getBytes(StandardCharsets.US_ASCII);
    byte[] skew =
        ForgedTickets.der(
            0x7e,
            ForgedTickets.der(
                0x30,
                ForgedTickets.der(0xa4, ForgedTickets.der(0x18, time)),
                ForgedTickets.der(0xa6, ForgedTickets.der(0x02, new byte[] {37}))));
    SaslClient client = client(null);
    asAlice(() -> client.evaluateChallenge(NONE));
    SpnegoException e =
        assertThrows(SpnegoException.class, () -> asAlice(() -> client.evaluateChallenge(skew)));
    assertQuoted(e.reason(), inContoso(e));
  }

  private SaslClient client(@Nullable CallbackHandler handler) {
    properties.putIfAbsent(Sasl.QOP, "auth");
    return new SpnegoSaslClientFactory()
        .createSaslClient(new String[] {"GSSAPI"}, null, "smtp", "localhost", properties, handler);
  }

  private static SpnegoException failure(SaslClient client) {
    return assertThrows(SpnegoException.class, () -> client.evaluateChallenge(NONE));
  }

  private static CallbackHandler answering(String user) {
    return callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof NameCallback name) {
          name.setName(user);
        } else if (callback instanceof PasswordCallback password) {
          password.setPassword("no matter which".toCharArray());
        }
      }
    };
  }

  private static byte[] asAlice(PrivilegedExceptionAction<byte[]> action) throws Exception {
    try {
      return Subject.doAs(ForgedTickets.subject(), action);
    } catch (PrivilegedActionException e) {
      throw e.getException();
    }
  }

  /** A NegTokenResp with a state and a mechanism. */
  private static byte[] resp(int negState, byte[] mechanism) {
    return ForgedTickets.der(
        0xa1,
        ForgedTickets.der(
            0x30,
            ForgedTickets.der(0xa0, ForgedTickets.der(0x0a, new byte[] {(byte) negState})),
            ForgedTickets.der(0xa1, ForgedTickets.der(0x06, mechanism))));
  }

  /** The message with the names of the document. */
  private static String inContoso(SpnegoException e) {
    return String.valueOf(e.getMessage())
        .replace("smtp@localhost", "smtp@mail.contoso.com")
        .replace("EXAMPLE.TEST", "CONTOSO.COM");
  }

  private static void assertQuoted(SpnegoException e) {
    assertQuoted(e.reason(), e.getMessage());
  }

  private static void assertQuoted(Reason reason, @Nullable String message) {
    String section = sections().get(reason.anchor());
    assertAll(
        () -> assertTrue(String.valueOf(message).endsWith("#" + reason.anchor() + ")"), message),
        () -> assertTrue(onOneLine(section).contains(onOneLine(message)), message));
  }

  private static String onOneLine(@Nullable String text) {
    return String.valueOf(text).replaceAll("\\s+", " ");
  }

  private static Set<String> anchors() {
    return Arrays.stream(Reason.values())
        .map(Reason::anchor)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The sections of level 3 by their headings; a heading of any level ends one. */
  private static Map<String, String> sections() {
    Map<String, String> sections = new TreeMap<>();
    for (String part : read(DOCUMENT).split("(?m)^(?=#{1,3} )", -1)) {
      if (part.startsWith("### ")) {
        int end = part.indexOf('\n');
        sections.put(part.substring(4, end).strip(), part.substring(end));
      }
    }
    return sections;
  }

  private static List<String> headings(String text, int level) {
    return Pattern.compile("^#{" + level + "} (.+)$", Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1).strip())
        .toList();
  }

  /** The anchors that GitHub makes of a document's headings. */
  private static Set<String> slugs(String text) {
    return Stream.of(1, 2, 3)
        .flatMap(level -> headings(text, level).stream())
        .map(heading -> heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w -]", ""))
        .map(heading -> heading.replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static String read(String document) {
    try {
      return Files.readString(Path.of(document));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
