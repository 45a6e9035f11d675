package io.github.smtpspnego.kerberos;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a message says of a keytab that somebody else wrote. */
class ForeignKeytabTest {
  @TempDir Path folder;

  private Path keytab(String name, int entries) throws Exception {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(octets);
    out.writeShort(0x0502);
    byte[] realm = "R".getBytes(StandardCharsets.UTF_8);
    byte[] component = name.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < entries; i++) {
      out.writeInt(2 + 2 + realm.length + 2 + component.length + 4 + 4 + 1 + 2 + 2);
      out.writeShort(1);
      out.writeShort(realm.length);
      out.write(realm);
      out.writeShort(component.length);
      out.write(component);
      out.writeInt(1);
      out.writeInt(0);
      out.writeByte(1);
      out.writeShort(18);
      out.writeShort(0);
    }
    return Files.write(folder.resolve("keytab"), octets.toByteArray());
  }

  @Test
  void aPrincipalDoesNotBeginALine() throws Exception {
    String words = KeytabFile.describe(keytab("mallory\nWARNING: forged", 1));
    assertFalse(words.contains("\n"), words);
  }

  @Test
  void aLongKeytabDoesNotMakeALongMessage() throws Exception {
    int length = KeytabFile.describe(keytab("mallory", 100_000)).length();
    assertTrue(length < 10_000, () -> "a message of " + length + " characters");
  }
}
