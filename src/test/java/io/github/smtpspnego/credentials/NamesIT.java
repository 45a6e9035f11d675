package io.github.smtpspnego.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import io.github.smtpspnego.settings.SettingsReader;
import io.github.smtpspnego.support.Kdc;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import org.junit.jupiter.api.Test;

/** Names: who a mail is sent as, and what names do to messages. */
class NamesIT {
  private static final CallbackHandler USER_ZOE =
      callbacks -> {
        for (Callback callback : callbacks) {
          if (callback instanceof NameCallback name) {
            name.setName("zoe");
          }
        }
      };

  /** Names of principals are told apart by case (RFC 4120 section 6.2); the file has both. */
  @Test
  void theMailUsersOwnKeyComesBeforeOneOfAnotherCase() throws Exception {
    Kdc kdc = Kdc.shared();
    kdc.add("Zoe", "somebody else's secret");
    kdc.add("zoe", "her own secret");
    Path keytab = kdc.keytab("Zoe", "zoe");
    Map<String, String> properties = Map.of("mail.smtp.sasl.spnego.keytab", keytab.toString());
    CredentialSettings settings = new CredentialSettings(new SettingsReader("smtp", properties));
    InitiatorCredentials found = new InitiatorFinder(settings, USER_ZOE).find();
    assertEquals(Kdc.full("zoe"), found.name);
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(octets.length);
    out.write(octets);
  }

  /** A file in /tmp is anybody's until its owner makes it. */
  @Test
  void theOwnerOfATicketCacheWritesNoLineOfTheLog() throws Exception {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(octets);
    out.writeShort(0x0504);
    out.writeShort(0);
    out.writeInt(1);
    out.writeInt(1);
    text(out, "EXAMPLE.TEST");
    text(out, "mallory\nINFO: alice@EXAMPLE.TEST logged in\u001b[2J");
    Path cache = Files.write(Kdc.shared().newFile("cache"), octets.toByteArray());
    Map<String, String> properties =
        Map.of(
            "mail.smtp.sasl.spnego.ticketcache",
            cache.toString(),
            "mail.smtp.sasl.spnego.principal",
            "alice@EXAMPLE.TEST");
    CredentialSettings settings = new CredentialSettings(new SettingsReader("smtp", properties));
    SpnegoException e =
        assertThrows(SpnegoException.class, () -> new InitiatorFinder(settings, null).find());
    String message = String.valueOf(e.getMessage());
    assertFalse(message.contains("\n") || message.contains("\u001b"), message);
  }

  /** A host may be named so, and the protocol of a message is put in its place. */
  @Test
  void aHostKeepsItsNameInMessagesOfSmtps() {
    SpnegoException e =
        new SpnegoException(Reason.NOT_SPNEGO, "To mail.smtp.contoso.com: no.", null);
    String message = String.valueOf(e.forProtocol("smtps").getMessage());
    assertTrue(message.contains("mail.smtp.contoso.com"), message);
  }
}
