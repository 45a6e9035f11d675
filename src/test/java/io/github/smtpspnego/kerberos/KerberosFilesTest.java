package io.github.smtpspnego.kerberos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.smtpspnego.SpnegoException;
import io.github.smtpspnego.SpnegoException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @Test
  void aNameIsAPathOrNamesItsType() {
    assertEquals("", TypedName.type("/etc/mail.keytab"));
    assertEquals("", TypedName.type("file:/etc/mail.keytab"));
    assertEquals("", TypedName.type("C:\\mail.keytab"));
    assertEquals("", TypedName.type("./a:b"));
    assertEquals("MEMORY", TypedName.type("memory:x"));
    assertEquals(Path.of("/etc/mail.keytab"), TypedName.path("FILE:/etc/mail.keytab"));
    assertEquals(Path.of("/etc/mail.keytab"), TypedName.path("/etc/mail.keytab"));
    assertThrows(InvalidPathException.class, () -> TypedName.path("FILE:a\0b"));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void theOwnerOfATicketCacheIsReadWhereverTheFileEnds(int version) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(file);
    out.writeShort(0x0500 + version);
    if (version == 4) {
      out.writeShort(12); // a header with the offset to the KDC's clock
      out.write(new byte[12]);
    }
    out.writeInt(1);
    out.writeInt(2);
    for (String text : List.of("EXAMPLE.TEST", "smtp", "mail.example.test")) {
      out.writeInt(text.length());
      out.writeBytes(text);
    }
    int owner = out.size();
    out.write(new byte[100]);
    byte[] whole = file.toByteArray();
    for (int length = 0; length <= whole.length; length++) {
      Path cache = Files.write(directory.resolve("cache"), Arrays.copyOf(whole, length));
      assertEquals(
          length < owner ? Optional.empty() : Optional.of("smtp/mail.example.test@EXAMPLE.TEST"),
          TicketCacheFile.defaultPrincipal(cache),
          "of " + length);
    }
  }

  @Test
  void aFileThatIsNoTicketCacheHasNoOwner() throws IOException {
    byte[][] files = {
      "no ticket cache".getBytes(StandardCharsets.US_ASCII),
      {5, 1, 0, 0},
      {5, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 'R'},
      {5, 3, 0, 0, 0, 1, 0, 0, 0, 1, -1, -1, -1, -1, 'R'},
      {5, 3, 0, 0, 0, 1, 0, 0, 0, 1, 127, 0, 0, 0, 'R'},
    };
    for (byte[] octets : files) {
      Path file = Files.write(directory.resolve("other"), octets);
      assertEquals(Optional.empty(), TicketCacheFile.defaultPrincipal(file));
    }
    assertEquals(Optional.empty(), TicketCacheFile.defaultPrincipal(directory));
    assertEquals(Optional.empty(), TicketCacheFile.defaultPrincipal(directory.resolve("none")));
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
