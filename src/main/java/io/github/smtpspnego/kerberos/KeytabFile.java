package io.github.smtpspnego.kerberos;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists the entries of a keytab without their keys. The file format is that of MIT Kerberos,
 * version {@code 0502}.
 *
 * <p>The JDK can use a keytab but not list it. If the file has no key for the principal, the JDK
 * reports only "Unable to obtain password from user".
 */
public final class KeytabFile {
  private static final int VERSION = 0x0502;
  private static final long MAX_SIZE = 16 << 20;
  private static final int MOST_SHOWN = 20;

  /**
   * An entry without its key.
   *
   * @param principal the name with its realm
   * @param kvno the key's version number
   * @param encryptionType its number in the registry of RFC 3961
   */
  public record Entry(String principal, int kvno, int encryptionType) {}

  private KeytabFile() {}

  /** Why a keytab or a ticket cache cannot be read; empty if it can. */
  public static String fault(Path file) {
    if (Files.isReadable(file)) {
      return "";
    }
    return Files.exists(file) ? "the file cannot be read by this user" : "the file does not exist";
  }

  /** Returns the entries in the order of the file. */
  public static List<Entry> read(Path file) throws IOException {
    if (Files.size(file) > MAX_SIZE) {
      throw new IOException("larger than any keytab");
    }
    byte[] octets = Files.readAllBytes(file);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets));
    if (octets.length < 2 || in.readUnsignedShort() != VERSION) {
      throw new IOException("not a keytab of version 0x0502");
    }
    List<Entry> entries = new ArrayList<>();
    while (in.available() >= 4) {
      int size = in.readInt(); // negative: a hole that a removed entry left
      if (size == Integer.MIN_VALUE || Math.abs(size) > in.available()) {
        throw new IOException("cut short");
      }
      byte[] entry = in.readNBytes(Math.abs(size));
      if (size > 0) {
        entries.add(entry(entry));
      } else if (size == 0) {
        break;
      }
    }
    return List.copyOf(entries);
  }

  /** Describes the contents of a keytab for messages. Never throws. */
  public static String describe(Path file) {
    try {
      List<Entry> entries = read(file);
      if (entries.isEmpty()) {
        return "The keytab is empty.";
      }
      List<String> keys = new ArrayList<>();
      for (Entry entry : entries) {
        String principal = Printable.of(entry.principal());
        keys.add(
            principal + " (kvno " + entry.kvno() + ", enctype " + entry.encryptionType() + ")");
      }
      return "The keytab holds: " + Printable.list(keys, MOST_SHOWN) + ".";
    } catch (IOException | RuntimeException e) {
      return "The keytab cannot be read: " + e.getMessage() + ".";
    }
  }

  private static Entry entry(byte[] octets) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets));
    int components = in.readUnsignedShort();
    String realm = text(in);
    List<String> name = new ArrayList<>();
    for (int i = 0; i < components; i++) {
      name.add(text(in));
    }
    in.readInt(); // name type
    in.readInt(); // time stamp
    int kvno = in.readUnsignedByte();
    int encryptionType = in.readUnsignedShort();
    in.skipBytes(in.readUnsignedShort()); // the key itself
    if (in.available() >= 4) {
      int longKvno = in.readInt();
      kvno = longKvno == 0 ? kvno : longKvno;
    }
    return new Entry(PrincipalText.of(name, realm), kvno, encryptionType);
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readUnsignedShort();
    byte[] octets = in.readNBytes(length);
    if (octets.length < length) {
      throw new IOException("cut short");
    }
    return new String(octets, StandardCharsets.UTF_8);
  }
}
