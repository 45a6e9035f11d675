package io.github.smtpspnego.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.smtpspnego.support.AuthScripts;
import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.ScriptedSmtpServer;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Authenticator;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.util.List;
import javax.security.auth.Subject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mail does not go out as somebody else than the program means. */
class OtherIdentitiesIT {
  private static final String BOBS_PASSWORD = "bob's own secret";

  private static Kdc kdc;
  private static Subject acceptor;

  @BeforeAll
  static void logIn() {
    kdc = Kdc.shared();
    acceptor = kdc.acceptor("smtp/localhost", kdc.keytab("smtp/localhost"));
  }

  /** Answers as the user who is signed in at the time. */
  private static final class SignedIn extends Authenticator {
    volatile String user = "alice";

    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      return new PasswordAuthentication(user, user.equals("alice") ? Kdc.PASSWORD : BOBS_PASSWORD);
    }
  }

  /** The Authenticator answered for somebody else than the program named. */
  @Test
  void theAnswerForOneUserIsNotAnotherUsers() throws Exception {
    SignedIn user = new SignedIn();
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = ScriptedSmtpServer.offeringGssapi(script)) {
      Session session = Program.withGssapi().authenticator(user).session();
      for (String name : List.of("alice", "bob")) {
        user.user = name;
        try (Transport transport = session.getTransport("smtp")) {
          transport.connect("localhost", server.port(), "bob", null);
          Program.sendOver(transport, session);
        }
      }
      assertEquals(List.of(Kdc.full("alice"), Kdc.full("bob")), script.initiators());
    }
  }

  @Test
  void anAuthenticatorThatFailsDoesNotMakeItSomebodyElsesMail() throws Exception {
    Authenticator vault =
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            throw new IllegalStateException("the vault cannot be reached");
          }
        };
    AuthScripts.Acceptor script = AuthScripts.accepting(acceptor);
    try (ScriptedSmtpServer server = ScriptedSmtpServer.offeringGssapi(script)) {
      Program program = Program.withGssapi().authenticator(vault);
      Dialogue.as(
          kdc.login("alice", Kdc.PASSWORD),
          () ->
              assertThrows(
                  AuthenticationFailedException.class, () -> program.send(server, "bob", null)));
      assertEquals(List.of(), script.initiators());
      assertEquals(List.of(), server.mails());
    }
  }
}
