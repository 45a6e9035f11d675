package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.sun.security.auth.module.UnixSystem;
import io.github.smtpspnego.support.ChildJvm;
import io.github.smtpspnego.support.Kdc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code -Djavax.security.auth.useSubjectCredsOnly=false}: the JDK may log in by itself there, and
 * then asks for name and password on the console. It must never come to that.
 */
class NoConsoleIT {
  private static final Kdc KDC = Kdc.shared();

  @ParameterizedTest
  @CsvSource({
    "auto, nothing, no-credentials",
    "auto, expired-tgt, no-credentials",
    "auto, expired-tgt-and-service-ticket, no-credentials",
    "auto, service-ticket, no-credentials",
    "auto, valid-tgt, gss-failure",
    "auto, expired-credential-in-subject, no-credentials",
    "auto, expired-credential-in-properties, ticket-expired",
    "subject, nothing, no-credentials",
    "subject, expired-tgt, ticket-expired",
    "subject, expired-tgt-and-service-ticket, ticket-expired",
    "subject, service-ticket, no-credentials",
    "subject, tgt-that-expires-at-this-moment, ticket-expired",
    "subject, expired-credential-in-subject, ticket-expired",
  })
  void aSubjectWithoutAGoodTicketFailsAtOnce(String credentials, String subject, String anchor) {
    String output = run(List.of("mail.smtp.sasl.spnego.credentials=" + credentials), subject, 1);
    assertTrue(output.contains("TROUBLESHOOTING.md#" + anchor), output);
  }

  @Test
  void anExpiredSubjectDoesNotHideTheUsersTicketCache() {
    Path cache = KDC.ticketCache("alice", Kdc.PASSWORD);
    String output = run(Map.of("KRB5CCNAME", cache.toString()), List.of(), "expired-tgt", 1);
    assertTrue(output.contains("A token of "), output);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theUsersTicketCacheIsNamedWhereItIsNotThere() {
    Path cache = Path.of("/tmp/krb5cc_" + new UnixSystem().getUid());
    assumeFalse(Files.exists(cache), "somebody is logged in");
    String output = run(Map.of(), List.of("user.home=/no/such/home"), "nothing", 1);
    assertTrue(output.contains("the ticket cache " + cache + ": the file does not exist"), output);
  }

  @Test
  void aJaasEntryThatGivesNoTicketFailsAtOnce() throws IOException {
    Path file = KDC.newFile("jaas.conf");
    Files.writeString(
        file,
        "keysOnly { com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true"
            + " doNotPrompt=true storeKey=true isInitiator=false keyTab=\""
            + KDC.keytab("alice")
            + "\" principal=\"alice\"; };");
    String output =
        run(
            List.of(
                "java.security.auth.login.config=" + file,
                "mail.smtp.sasl.spnego.jaasentry=keysOnly"),
            "nothing",
            1);
    assertTrue(output.contains("TROUBLESHOOTING.md#jaas-entry"), output);
  }

  /** The JDK neither looks for service tickets in the Subject nor keeps them there in that mode. */
  @Test
  void eachExchangeCostsOneServiceTicketAndAllOfThemOneLogin() {
    int logins = KDC.proxy().asRequests();
    int tickets = KDC.proxy().tgsRequests();
    String output =
        run(List.of("mail.smtp.sasl.spnego.keytab=" + KDC.keytab("alice")), "nothing", 5);
    assertEquals(5, output.split("A token of ", -1).length - 1, output);
    assertEquals(2, KDC.proxy().asRequests() - logins, "one learns of pre-authentication");
    assertEquals(5, KDC.proxy().tgsRequests() - tickets);
  }

  private static String run(List<String> properties, String subject, int tokens) {
    return run(Map.of("KRB5CCNAME", "/no/such/cache"), properties, subject, tokens);
  }

  private static String run(
      Map<String, String> environment, List<String> properties, String subject, int tokens) {
    List<String> all = new ArrayList<>(properties);
    all.add("java.security.krb5.conf=" + KDC.configuration());
    all.add("javax.security.auth.useSubjectCredsOnly=false");
    ChildJvm.Outcome outcome =
        ChildJvm.run(InitiatorProgram.class, environment, all, subject, Integer.toString(tokens));
    assertTrue(outcome.ended(), () -> "it still waits: " + outcome.output());
    assertFalse(outcome.output().contains("Kerberos username"), outcome::output);
    assertFalse(outcome.output().contains("Kerberos password"), outcome::output);
    return outcome.output();
  }
}
