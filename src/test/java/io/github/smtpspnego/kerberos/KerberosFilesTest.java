package io.github.smtpspnego.kerberos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KerberosFilesTest {
  @TempDir Path directory;

  @Test
  void krb5ConfIsRead() {
    Krb5Conf conf =
        Krb5Conf.parse(
            "here",
            List.of(
                "# comment",
                "[libdefaults]",
                " default_realm = CORP.CONTOSO.COM",
                "[realms]",
                " CORP.CONTOSO.COM = {",
                "   kdc = dc1.contoso.com:88",
                "   kdc = dc2.contoso.com",
                "   admin_server = dc1.contoso.com",
                " }",
                " OTHER = {",
                "   kdc = dc.other",
                " }"));
    assertEquals(Optional.of("CORP.CONTOSO.COM"), conf.defaultRealm());
    assertEquals(List.of("dc1.contoso.com:88", "dc2.contoso.com"), conf.kdcs("CORP.CONTOSO.COM"));
    assertEquals(List.of("dc.other"), conf.kdcs("OTHER"));
    assertEquals(List.of(), conf.kdcs("NONE"));
  }

  @Test
  void aKeytabIsListedWithoutItsKeys() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.writeShort(0x0502);
    entry(out, "alice", 3, 18);
    out.writeInt(-7); // a hole
    out.write(new byte[7]);
    entry(out, "bob", 300, 17);
    Path keytab = Files.write(directory.resolve("keytab"), file.toByteArray());

    assertEquals(
        List.of(
            new KeytabFile.Entry("alice@EXAMPLE.TEST", 3, 18),
            new KeytabFile.Entry("bob@EXAMPLE.TEST", 300, 17)),
        KeytabFile.read(keytab));
  }

  @Test
  void aFileThatIsNoKeytabIsAnIoExceptionWhereverItEnds() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.writeShort(0x0502);
    entry(out, "alice", 3, 18);
    byte[] whole = file.toByteArray();
    for (int length = 7; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      Path keytab = Files.write(directory.resolve("cut"), cut);
      assertThrows(IOException.class, () -> KeytabFile.read(keytab), "cut at " + length);
    }
    Path text = Files.writeString(directory.resolve("text"), "no keytab");
    assertThrows(IOException.class, () -> KeytabFile.read(text));
  }

  @Test
  void aTicketCacheIsAFileOrNamedAsWhatTheJdkCannotRead() throws SpnegoException {
    assertEquals(Path.of("/tmp/cc"), TicketCacheFile.named("FILE:/tmp/cc", "here"));
    assertEquals(Path.of("/tmp/cc"), TicketCacheFile.named("/tmp/cc", "here"));
    for (String other : List.of("KCM:1000", "KEYRING:persistent:1000", "DIR:/tmp/d")) {
      SpnegoException e =
          assertThrows(SpnegoException.class, () -> TicketCacheFile.named(other, "KRB5CCNAME"));
      assertEquals(Reason.TICKET_CACHE_TYPE, e.reason());
      assertTrue(e.getMessage().contains(other), e::getMessage);
    }
  }

  private static void entry(DataOutputStream file, String name, int kvno, int encryptionType)
      throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(octets);
    out.writeShort(1);
    out.writeUTF("EXAMPLE.TEST");
    out.writeUTF(name);
    out.writeInt(1);
    out.writeInt(0);
    out.writeByte(kvno);
    out.writeShort(encryptionType);
    out.writeShort(32);
    out.write(new byte[32]);
    out.writeInt(kvno);
    file.writeInt(octets.size());
    octets.writeTo(file);
  }
}
