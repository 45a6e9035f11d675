package io.github.smtpspnego.fuzz;

import io.github.smtpspnego.support.Dialogue;
import io.github.smtpspnego.support.Kdc;
import io.github.smtpspnego.support.NtlmFirstClient;
import io.github.smtpspnego.support.Tokens;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import org.apache.kerby.kerberos.kerb.KrbErrorCode;
import org.apache.kerby.kerberos.kerb.type.KerberosTime;
import org.apache.kerby.kerberos.kerb.type.base.KrbError;
import org.apache.kerby.kerberos.kerb.type.base.PrincipalName;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.MessageProp;
import org.ietf.jgss.Oid;

/** The honest two, by the JDK alone, and the tokens that they sent each other. */
final class Parties {
  static final String SERVICE = "smtp/localhost";
  static final byte[] OFFER = {7, 0, (byte) 0xbb, (byte) 0x80};
  static final byte[] CHOICE = {1, 0, 0, 0};
  private static final byte[] NOTHING = {};

  /** Holds a ticket for the service that no failure takes away: the KDC is asked once. */
  final Subject alice;

  /** The server's settings. */
  final Map<String, String> keytab;

  /** Tokens of finished exchanges, from either side. */
  final List<byte[]> spent = new ArrayList<>();

  private final Subject server;

  Parties() throws Exception {
    Kdc kdc = Kdc.shared();
    alice = kdc.login("alice", Kdc.PASSWORD);
    Path file = kdc.keytab(SERVICE);
    keytab = Map.of("mail.smtp.sasl.spnego.keytab", file.toString());
    server = kdc.acceptor(SERVICE, file);
    spend(alice, Tokens.SPNEGO);
    spend(alice, Tokens.KERBEROS);
    Subject bob = kdc.login("bob", "bob's own secret");
    spend(bob, Tokens.SPNEGO);
    spend(bob, Tokens.KERBEROS);
    spent.add(kerberosError());
    spent.add("NTLMSSP\0\2\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
    alice.setReadOnly();
  }

  /** The server's side of one exchange. */
  GSSContext acceptor() throws Exception {
    return Dialogue.as(server, () -> GSSManager.getInstance().createContext((GSSCredential) null));
  }

  byte[] accept(GSSContext acceptor, byte[] token) throws Exception {
    return Dialogue.as(server, () -> acceptor.acceptSecContext(token, 0, token.length));
  }

  static byte[] wrap(GSSContext context, byte[] message) throws Exception {
    return context.wrap(message, 0, message.length, new MessageProp(false));
  }

  private void spend(Subject client, String mechanism) throws Exception {
    GSSContext initiator = Tokens.context(mechanism, SERVICE, true);
    GSSContext acceptor = acceptor();
    byte[] first = Tokens.first(client, initiator);
    byte[] reply = accept(acceptor, first);
    Dialogue.as(client, () -> initiator.initSecContext(reply, 0, reply.length));
    spent.add(first);
    spent.add(reply);
    spent.add(wrap(acceptor, OFFER));
    spent.add(wrap(initiator, CHOICE));
    spent.add(wrap(acceptor, NOTHING));
    if (mechanism.equals(Tokens.KERBEROS)) {
      byte[] mic = mic(initiator);
      spent.add(mic);
      spent.add(NtlmFirstClient.init());
      spent.add(NtlmFirstClient.response(1, first, mic));
      spent.add(NtlmFirstClient.response(1, reply, mic(acceptor)));
      spent.add(NtlmFirstClient.response(0, null, mic));
    }
  }

  private static byte[] mic(GSSContext context) throws Exception {
    byte[] list = NtlmFirstClient.LIST;
    return context.getMIC(list, 0, list.length, new MessageProp(0, false));
  }

  /** What a server sends that cannot read the ticket, RFC 4121 section 4.1. */
  private static byte[] kerberosError() throws Exception {
    KrbError error = new KrbError();
    error.setStime(new KerberosTime(0));
    error.setSusec(0);
    error.setErrorCode(KrbErrorCode.KRB_AP_ERR_MODIFIED);
    error.setRealm(Kdc.REALM);
    error.setSname(new PrincipalName(Kdc.full(SERVICE)));
    DerNode framed = DerNode.of(0x60, NOTHING);
    framed.children.addAll(DerNode.parse(new Oid(Tokens.KERBEROS).getDER()).children);
    framed.children.add(DerNode.of(0x03, NOTHING)); // the token's type, 03 00
    framed.children.addAll(DerNode.parse(error.encode()).children);
    return framed.encode();
  }
}
