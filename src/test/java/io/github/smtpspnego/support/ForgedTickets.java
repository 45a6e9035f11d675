package io.github.smtpspnego.support;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KerberosTicket;

/**
 * Tickets that no KDC issued. The JDK's initiator makes real tokens with them, so that a client can
 * be tested up to the server's answer without a network.
 */
public final class ForgedTickets {
  private static final int AES256 = 18;

  private ForgedTickets() {}

  /** A Subject of alice with a ticket-granting ticket and a ticket for smtp/localhost. */
  public static Subject subject() {
    Subject subject = new Subject();
    subject.getPrincipals().add(new KerberosPrincipal("alice@EXAMPLE.TEST"));
    subject.getPrivateCredentials().add(ticket("krbtgt/EXAMPLE.TEST", Duration.ofHours(1)));
    subject.getPrivateCredentials().add(ticket("smtp/localhost", Duration.ofHours(1)));
    return subject;
  }

  /** A ticket of alice's for a server. */
  public static KerberosTicket ticket(String server, Duration lifetime) {
    return ticket("alice", server, lifetime);
  }

  /** A ticket for a server; it has expired where the lifetime is negative. */
  public static KerberosTicket ticket(String client, String server, Duration lifetime) {
    Instant now = Instant.now();
    return new KerberosTicket(
        encodedTicket(server),
        new KerberosPrincipal(client + "@EXAMPLE.TEST"),
        new KerberosPrincipal(server + "@EXAMPLE.TEST", KerberosPrincipal.KRB_NT_SRV_INST),
        new byte[32],
        AES256,
        new boolean[32],
        Date.from(now),
        Date.from(now),
        Date.from(now.plus(lifetime)),
        null,
        null);
  }

  /** {@code Ticket}, RFC 4120 section 5.3, with a cipher text that nobody can decrypt. */
  private static byte[] encodedTicket(String server) {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    for (String component : server.split("/", -1)) {
      names.writeBytes(text(component));
    }
    return der(
        0x61,
        der(
            0x30,
            der(0xa0, integer(5)),
            der(0xa1, text("EXAMPLE.TEST")),
            der(0xa2, der(0x30, der(0xa0, integer(2)), der(0xa1, der(0x30, names.toByteArray())))),
            der(0xa3, der(0x30, der(0xa0, integer(AES256)), der(0xa2, der(0x04, new byte[64]))))));
  }

  private static byte[] integer(int value) {
    return der(0x02, new byte[] {(byte) value});
  }

  private static byte[] text(String value) {
    return der(0x1b, value.getBytes(StandardCharsets.US_ASCII));
  }

  /** One DER element of less than 256 octets. */
  public static byte[] der(int tag, byte[]... contents) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    for (byte[] part : contents) {
      inner.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (inner.size() >= 0x80) {
      out.write(0x81);
    }
    out.write(inner.size());
    out.writeBytes(inner.toByteArray());
    return out.toByteArray();
  }
}
