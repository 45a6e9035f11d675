package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.LogRecorder;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import io.github.smtpspnego.support.ScriptedSmtpServer.Script;
import jakarta.mail.AuthenticationFailedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a server writes reaches messages and logs without characters that break a line, move a
 * terminal's cursor or hide other characters.
 */
class HiddenCharactersIT {
  /** C0, DEL, C1 with its line break and its escape sequence, and a format character. */
  private static final String HIDDEN = "\u0007\u001b[31m\u007f\u0080\u0085\u009b2J\u009f\u00ad";

  /** In UTF-8: both orders of writing, a line separator, and what has no width. */
  private static final String HIDDEN_UNICODE = "\u202e\u2066\u2028\u2029\u200b\ufeff\u0085\u009b";

  private static final Set<Byte> TYPES =
      Set.of(
          Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE);

  private static Kdc kdc;
  private static String cache;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    cache = kdc.ticketCache("alice", Kdc.PASSWORD).toString();
  }

  private static void assertShowsNothingHidden(String text) {
    String shown =
        text.codePoints()
            .filter(c -> TYPES.contains((byte) Character.getType(c)))
            .collect(StringBuilder::new, (b, c) -> b.append("U+%04X ".formatted(c)), (a, b) -> {})
            .toString();
    assertEquals("", shown, () -> "in: " + text);
  }

  static Stream<Arguments> replies() {
    return Stream.of(
        Arguments.of("535", "GSSAPI", AuthScripts.answeringToken("535 5.7.8 No" + HIDDEN + "!")),
        Arguments.of("454", "GSSAPI", AuthScripts.answeringToken("454 4.7.0 " + HIDDEN)),
        Arguments.of("504", "GSSAPI", AuthScripts.answering("504 5.7.4 " + HIDDEN)),
        Arguments.of(
            "several lines",
            "GSSAPI",
            (Script)
                smtp -> {
                  smtp.firstToken("");
                  smtp.reply("535-5.7.8 " + HIDDEN, "535 5.7.8 " + HIDDEN);
                }),
        Arguments.of("235", "GSSAPI", AuthScripts.answeringToken("235 2.7.0 " + HIDDEN)),
        Arguments.of("a code that is none", "GSSAPI", AuthScripts.answering("xyz " + HIDDEN)),
        Arguments.of("the offer", "LOGIN X" + HIDDEN, AuthScripts.answering("504 No")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("replies")
  void nothingHiddenIsShown(String name, String offered, Script script) {
    try (ScriptedSmtpServer server =
            ScriptedSmtpServer.builder().extensions("AUTH " + offered).auth(script).start();
        LogRecorder log = LogRecorder.start()) {
      Program program = Program.withGssapi().set("sasl.spnego.ticketcache", cache);
      AuthenticationFailedException e =
          assertThrows(
              AuthenticationFailedException.class, () -> program.send(server, "alice", null));
      messages(e).forEach(HiddenCharactersIT::assertShowsNothingHidden);
      log.warnings().forEach(HiddenCharactersIT::assertShowsNothingHidden);
      log.debugs().forEach(HiddenCharactersIT::assertShowsNothingHidden);
    }
  }

  private static List<String> messages(@Nullable Throwable e) {
    List<String> messages = new ArrayList<>();
    for (Throwable t = e; t != null; t = t.getCause()) {
      messages.add(String.valueOf(t.getMessage()));
    }
    return messages;
  }

  /** A system property lets Angus Mail read replies as UTF-8. */
  @Test
  void nothingHiddenIsShownOfWhatIsUnicode() throws Exception {
    byte[] utf8 = ("535 5.7.8 No" + HIDDEN_UNICODE + "!").getBytes(StandardCharsets.UTF_8);
    String octets = new String(utf8, StandardCharsets.ISO_8859_1);
    try (ScriptedSmtpServer server =
        ScriptedSmtpServer.builder()
            .extensions("AUTH GSSAPI")
            .auth(AuthScripts.answeringToken(octets))
            .start()) {
      ProgramJvm.Outcome outcome =
          ProgramJvm.with(kdc)
              .system("mail.mime.allowutf8", "true")
              .set("mail.smtp.auth", "true")
              .set("mail.smtp.sasl.enable", "true")
              .set("mail.smtp.sasl.mechanisms", "GSSAPI")
              .set("mail.smtp.sasl.spnego.ticketcache", cache)
              .send("localhost", server);
      assertEquals("SERVER_REFUSED", outcome.reason());
      assertTrue(outcome.message().contains("535 5.7.8 No"), outcome.message());
      assertShowsNothingHidden(outcome.message());
    }
  }
}
