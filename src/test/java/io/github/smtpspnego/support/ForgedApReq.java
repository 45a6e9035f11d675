package io.github.smtpspnego.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.Date;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KerberosTicket;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.crypto.EncryptionHandler;
import org.apache.kerby.kerberos.kerb.keytab.Keytab;
import org.apache.kerby.kerberos.kerb.type.KerberosTime;
import org.apache.kerby.kerberos.kerb.type.ap.ApOptions;
import org.apache.kerby.kerberos.kerb.type.ap.ApReq;
import org.apache.kerby.kerberos.kerb.type.ap.Authenticator;
import org.apache.kerby.kerberos.kerb.type.base.CheckSum;
import org.apache.kerby.kerberos.kerb.type.base.CheckSumType;
import org.apache.kerby.kerberos.kerb.type.base.EncryptedData;
import org.apache.kerby.kerberos.kerb.type.base.EncryptionKey;
import org.apache.kerby.kerberos.kerb.type.base.EncryptionType;
import org.apache.kerby.kerberos.kerb.type.base.KeyUsage;
import org.apache.kerby.kerberos.kerb.type.base.PrincipalName;
import org.apache.kerby.kerberos.kerb.type.base.TransitedEncoding;
import org.apache.kerby.kerberos.kerb.type.base.TransitedEncodingType;
import org.apache.kerby.kerberos.kerb.type.ticket.EncTicketPart;
import org.apache.kerby.kerberos.kerb.type.ticket.Ticket;
import org.apache.kerby.kerberos.kerb.type.ticket.TicketFlags;

/**
 * A client's token made with the service's own key, for what no KDC gives and no client sends: a
 * ticket that has expired, a clock that is wrong, a stranger's name, and a forwarded ticket, which
 * the KDC of these tests cannot make.
 */
public final class ForgedApReq {
  private static final EncryptionType TYPE = EncryptionType.AES128_CTS_HMAC_SHA1_96;
  private static final byte[] KERBEROS_OID = {
    0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x12, 0x01, 0x02, 0x02
  };
  private static final byte[] SPNEGO_OID = {0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02};
  private static final int DELEGATION = 1;
  private static final int MUTUAL_REPLAY_SEQUENCE_CONF_INTEG = 2 | 4 | 8 | 16 | 32;

  private final Path keytab;
  private final String service;
  private final String client;
  private String author;
  private Instant start = Instant.now().minus(Duration.ofMinutes(1));
  private Instant end = Instant.now().plus(Duration.ofHours(1));
  private Instant clock = Instant.now();
  private boolean delegation;
  private UnaryOperator<byte[]> change = UnaryOperator.identity();

  /**
   * A token that is as it should be.
   *
   * @param keytab holds the service's key
   * @param service the service's principal without realm
   * @param client the client's principal with realm
   */
  public ForgedApReq(Path keytab, String service, String client) {
    this.keytab = keytab;
    this.service = service;
    this.client = client;
    this.author = client;
  }

  /** When the ticket is valid. */
  public ForgedApReq valid(Instant from, Instant until) {
    start = from;
    end = until;
    return this;
  }

  /** What the client's clock says. */
  public ForgedApReq clock(Instant now) {
    clock = now;
    return this;
  }

  /** Who says it is its ticket. */
  public ForgedApReq author(String name) {
    author = name;
    return this;
  }

  /** With a ticket-granting ticket of the client's. */
  public ForgedApReq delegating() {
    delegation = true;
    return this;
  }

  /** What becomes of the authenticator before the client encrypts it. */
  public ForgedApReq changing(UnaryOperator<byte[]> authenticator) {
    change = authenticator;
    return this;
  }

  /** The client's Subject with a ticket of this kind, for a client that needs no KDC. */
  public Subject subject() {
    try {
      EncryptionKey session = EncryptionHandler.random2Key(TYPE);
      KerberosTicket ticket =
          new KerberosTicket(
              ticket(session).encode(),
              new KerberosPrincipal(client),
              new KerberosPrincipal(Kdc.full(service), KerberosPrincipal.KRB_NT_SRV_INST),
              session.getKeyData(),
              TYPE.getValue(),
              new boolean[32],
              Date.from(start),
              Date.from(start),
              Date.from(end),
              null,
              null);
      KerberosTicket granting =
          ForgedTickets.ticket(
              name(client).getName(), "krbtgt/" + Kdc.REALM, Duration.between(start, end));
      return new Subject(false, Set.of(), Set.of(), Set.of(granting, ticket));
    } catch (IOException | KrbException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The token as an RFC 4752 client sends it. */
  public byte[] kerberos() {
    try {
      return element(0x60, KERBEROS_OID, new byte[] {1, 0}, apReq());
    } catch (IOException | KrbException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The token inside SPNEGO. */
  public byte[] spnego() {
    byte[] mechTypes = element(0xa0, element(0x30, KERBEROS_OID));
    byte[] mechToken = element(0xa2, element(0x04, kerberos()));
    return element(0x60, SPNEGO_OID, element(0xa0, element(0x30, mechTypes, mechToken)));
  }

  private byte[] apReq() throws IOException, KrbException {
    EncryptionKey session = EncryptionHandler.random2Key(TYPE);
    Ticket ticket = ticket(session);
    Authenticator authenticator = new Authenticator();
    authenticator.setAuthenticatorVno(5);
    authenticator.setCrealm(realm(author));
    authenticator.setCname(name(author));
    authenticator.setCksum(new CheckSum(CheckSumType.NONE, checksum(ticket, session)));
    authenticator.setCtime(time(clock));
    authenticator.setCusec(clock.get(ChronoField.MICRO_OF_SECOND));
    authenticator.setSeqNumber(1);

    ApReq request = new ApReq();
    request.setApOptions(new ApOptions());
    request.setTicket(ticket);
    request.setEncryptedAuthenticator(
        EncryptionHandler.encrypt(
            change.apply(authenticator.encode()), session, KeyUsage.AP_REQ_AUTH));
    return request.encode();
  }

  private Ticket ticket(EncryptionKey session) throws IOException, KrbException {
    PrincipalName server = new PrincipalName(Kdc.full(service));
    EncryptionKey key = Keytab.loadKeytab(keytab.toFile()).getKey(server, TYPE);
    EncTicketPart secret = new EncTicketPart();
    secret.setFlags(new TicketFlags());
    secret.setKey(session);
    secret.setCrealm(realm(client));
    secret.setCname(name(client));
    TransitedEncoding direct = new TransitedEncoding();
    direct.setTrType(TransitedEncodingType.DOMAIN_X500_COMPRESS);
    direct.setContents(new byte[0]);
    secret.setTransited(direct);
    secret.setAuthTime(time(start));
    secret.setStartTime(time(start));
    secret.setEndTime(time(end));

    Ticket ticket = new Ticket();
    ticket.setTktKvno(Ticket.TKT_KVNO);
    ticket.setRealm(Kdc.REALM);
    ticket.setSname(server);
    EncryptedData sealed = EncryptionHandler.encrypt(secret.encode(), key, KeyUsage.KDC_REP_TICKET);
    sealed.setKvno(key.getKvno());
    ticket.setEncryptedEncPart(sealed);
    return ticket;
  }

  /** RFC 4121 section 4.1.1: length, bindings, flags, then the forwarded ticket. */
  private byte[] checksum(Ticket ticket, EncryptionKey session) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(16);
    out.writeBytes(new byte[3 + 16]);
    out.write(MUTUAL_REPLAY_SEQUENCE_CONF_INTEG | (delegation ? DELEGATION : 0));
    out.writeBytes(new byte[3]);
    if (delegation) {
      byte[] forwarded = krbCred(ticket, session);
      out.write(DELEGATION);
      out.write(0);
      out.write(forwarded.length);
      out.write(forwarded.length >>> 8);
      out.writeBytes(forwarded);
    }
    return out.toByteArray();
  }

  /** RFC 4120 section 5.8.1, with the encryption type 0, none. */
  private byte[] krbCred(Ticket ticket, EncryptionKey session) throws IOException {
    byte[] realm = element(0x1b, Kdc.REALM.getBytes(StandardCharsets.US_ASCII));
    byte[] info =
        element(
            0x30,
            element(0xa0, session.encode()),
            element(0xa1, realm),
            element(0xa2, name(client).encode()),
            element(0xa3, new TicketFlags().encode()),
            element(0xa4, time(start).encode()),
            element(0xa5, time(start).encode()),
            element(0xa6, time(end).encode()),
            element(0xa8, realm),
            element(0xa9, new PrincipalName("krbtgt/" + Kdc.full(Kdc.REALM)).encode()));
    byte[] part = element(0x7d, element(0x30, element(0xa0, element(0x30, info))));
    byte[] unencrypted =
        element(0x30, element(0xa0, number(0)), element(0xa2, element(0x04, part)));
    return element(
        0x76,
        element(
            0x30,
            element(0xa0, number(5)),
            element(0xa1, number(22)),
            element(0xa2, element(0x30, ticket.encode())),
            element(0xa3, unencrypted)));
  }

  private static KerberosTime time(Instant instant) {
    return new KerberosTime(instant.getEpochSecond() * 1000);
  }

  private static PrincipalName name(String principal) {
    return new PrincipalName(principal.substring(0, principal.indexOf('@')));
  }

  private static String realm(String principal) {
    return principal.substring(principal.indexOf('@') + 1);
  }

  private static byte[] number(int value) {
    return element(0x02, new byte[] {(byte) value});
  }

  private static byte[] element(int tag, byte[]... contents) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : contents) {
      body.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (body.size() < 0x80) {
      out.write(body.size());
    } else {
      out.write(0x82);
      out.write(body.size() >>> 8);
      out.write(body.size());
    }
    out.writeBytes(body.toByteArray());
    return out.toByteArray();
  }
}
