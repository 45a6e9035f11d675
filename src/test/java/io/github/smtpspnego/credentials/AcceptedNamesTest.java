package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which names of tickets and keys are a server's own. */
class AcceptedNamesTest {
  private static final AcceptedNames ON_HOST = mail("mail.example.test");

  @ParameterizedTest
  @CsvSource({
    "smtp/mail.example.test@R, true",
    "SMTP/MAIL.EXAMPLE.TEST@R, true",
    "SMTPSVC/mail.example.test@R, true",
    "imap/mail.example.test@R, false",
    "smtp/other.example.test@R, false",
    "smtp/mail.example.test/extra@R, false",
    "smtp@R, false",
    "mail$@R, false",
    "smtp/mail.example.test, false",
  })
  void aServerOfAHostTakesItsOwnNames(String principal, boolean accepted) {
    assertEquals(accepted, ON_HOST.acceptsKeyOf(principal));
    String name = principal.replaceFirst("@.*", "");
    assertEquals(
        accepted || !principal.contains("@"),
        ON_HOST.acceptsTicketFor(List.of(name.split("/", -1))));
  }

  @ParameterizedTest
  @CsvSource({"smtp/any@R, true", "smtpsvc/any@R, true", "smtp@R, false", "imap/any@R, false"})
  void aServerWithoutAHostTakesAny(String principal, boolean accepted) {
    assertEquals(accepted, mail().acceptsKeyOf(principal));
  }

  /** One component that holds a slash is not two: RFC 4120 section 5.2.2. */
  @Test
  void aNameIsComparedByItsComponents() {
    assertTrue(ON_HOST.acceptsTicketFor(List.of("smtp", "mail.example.test")));
    assertFalse(ON_HOST.acceptsTicketFor(List.of("smtp/mail.example.test")));
    assertFalse(ON_HOST.acceptsTicketFor(List.of()));
  }

  @Test
  void aPrincipalThatIsSetDecidesByItsKey() {
    AcceptedNames one = names("svc-mail@R");
    assertTrue(one.acceptsTicketFor(List.of("imap", "any")));
    assertTrue(one.acceptsKeyOf("svc-mail@R"));
    assertFalse(one.acceptsKeyOf("smtp/mail.example.test@R"));
    AcceptedNames any = names(AcceptedNames.ANY);
    assertTrue(any.acceptsTicketFor(List.of("imap", "any")));
    assertTrue(any.acceptsKeyOf("smtp/mail.example.test@R"));
  }

  @Test
  void withoutRealmsTheKeysOwnIsTheOnlyOne() {
    assertTrue(ON_HOST.acceptsTicketOf("R", "R"));
    assertFalse(ON_HOST.acceptsTicketOf("r", "R"));
    assertTrue(ON_HOST.acceptsClientOf("R", "R"));
    assertFalse(ON_HOST.acceptsClientOf("OTHER", "R"));
  }

  @Test
  void realmsThatAreListedAreTheClients() {
    AcceptedNames users =
        new AcceptedNames(List.of("smtp"), List.of(), List.of("USERS", "OTHER"), "");
    assertTrue(users.acceptsClientOf("USERS", "R"));
    assertTrue(users.acceptsClientOf("OTHER", "R"));
    assertFalse(users.acceptsClientOf("R", "R"), "the key's own is not listed");
    assertTrue(users.acceptsTicketOf("R", "R"), "a ticket is of the realm of its key");
    AcceptedNames any = new AcceptedNames(List.of("smtp"), List.of(), List.of("*"), "");
    assertTrue(any.acceptsClientOf("ANYWHERE", "R"));
  }

  @Test
  void aCanonicalNameIsSpeltAsInTheSettings() {
    assertEquals(
        "SMTPSVC/mail.example.test", ON_HOST.canonical(List.of("smtpSvc", "MAIL.example.TEST")));
    assertNull(ON_HOST.canonical(List.of("imap", "mail.example.test")));
  }

  @Test
  void theNamesAreSaid() {
    assertEquals("smtp/mail.example.test or SMTPSVC/mail.example.test", ON_HOST.describe());
    assertEquals("smtp/any host or SMTPSVC/any host", mail().describe());
  }

  private static AcceptedNames mail(String... hosts) {
    return new AcceptedNames(AcceptedNames.MAIL_SERVICES, List.of(hosts), List.of(), "");
  }

  private static AcceptedNames names(String principal) {
    return new AcceptedNames(List.of("smtp"), List.of("mail.example.test"), List.of(), principal);
  }
}
