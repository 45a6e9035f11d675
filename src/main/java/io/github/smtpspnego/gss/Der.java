package io.github.smtpspnego.gss;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * The part of X.690 that SPNEGO and Kerberos tokens need. Elements are encoded in DER.
 *
 * <p>One deviation from DER is accepted in elements that are read, since some encoders make it: a
 * length in more octets than it needs, up to four. Everything else is malformed and throws an
 * {@link IOException}: indefinite lengths, tags of more than one octet, and elements that exceed
 * the octets present.
 */
public final class Der {
  public static final int INTEGER = 0x02;
  public static final int BIT_STRING = 0x03;
  public static final int OCTET_STRING = 0x04;
  public static final int OID = 0x06;
  public static final int ENUMERATED = 0x0a;
  public static final int GENERALIZED_TIME = 0x18;
  public static final int GENERAL_STRING = 0x1b;
  public static final int SEQUENCE = 0x30;

  /** The tag number that announces a longer one in the next octets, X.690 section 8.1.2.4. */
  private static final int LONG_TAG = 0x1f;

  private static final int LONGEST_LENGTH = 4;

  private static final byte[] NOTHING = {};

  private final byte[] octets;
  private final int end;
  private int at;

  public Der(byte[] octets) {
    this(octets, 0, octets.length);
  }

  private Der(byte[] octets, int at, int end) {
    this.octets = octets;
    this.at = at;
    this.end = end;
  }

  /** The tag {@code [number]}, constructed. */
  public static int context(int number) {
    return 0xa0 | number;
  }

  /** The tag {@code [APPLICATION number]}, constructed. */
  public static int application(int number) {
    return 0x60 | number;
  }

  public boolean atEnd() {
    return at == end;
  }

  public boolean nextIs(int tag) {
    return at < end && (octets[at] & 0xff) == tag;
  }

  /** Reads an element with this tag and returns its contents. */
  public Der enter(int tag) throws IOException {
    if (!nextIs(tag)) {
      String found = atEnd() ? "end where tag " : "tag " + hex(octets[at]) + " where ";
      throw new IOException(found + hex(tag) + " was expected");
    }
    return skip();
  }

  /** Reads an element with this tag, which must be the last. */
  Der enterLast(int tag) throws IOException {
    Der contents = enter(tag);
    expectEnd();
    return contents;
  }

  /** Reads an element with this tag if it is the next; otherwise null. */
  @Nullable Der enterIf(int tag) throws IOException {
    return nextIs(tag) ? skip() : null;
  }

  /**
   * Skips the fields that follow the last known one. RFC 4178 section 4.2 allows new fields there.
   * Known fields that are repeated or out of order are malformed.
   */
  void skipFieldsAfter(int lastKnown) throws IOException {
    while (!atEnd()) {
      int tag = octets[at] & 0xff;
      if (tag >= context(0) && tag <= context(lastKnown)) {
        throw new IOException("tag " + hex(tag) + " out of order");
      }
      skip();
    }
  }

  /** Reads one element with any tag. */
  public Der skip() throws IOException {
    if (atEnd()) {
      throw new IOException("end where an element was expected");
    }
    int tag = octets[at++];
    if ((tag & LONG_TAG) == LONG_TAG) {
      throw new IOException("tag " + hex(tag) + ", which has more than one octet");
    }
    int length = readLength();
    Der contents = new Der(octets, at, at + length);
    at += length;
    return contents;
  }

  public Oid readOid() throws IOException {
    Der contents = enter(OID);
    Oid known = Oids.known(contents.octets, contents.at, contents.end);
    if (known != null) {
      return known;
    }
    try {
      return new Oid(element(OID, contents.rest()));
    } catch (GSSException | RuntimeException e) {
      // The JDK's parser throws both for octets that are no object identifier.
      throw new IOException("an invalid object identifier");
    }
  }

  /** Reads an INTEGER or ENUMERATED of at most four octets. */
  public int readInt(int tag) throws IOException {
    byte[] contents = enter(tag).rest();
    if (contents.length == 0 || contents.length > 4) {
      throw new IOException("a number of " + contents.length + " octets");
    }
    return new BigInteger(contents).intValue();
  }

  /** Reads an OCTET STRING in the field of this number; null if that is not the next. */
  public byte @Nullable [] readOctetField(int number) throws IOException {
    Der field = enterIf(context(number));
    return field == null ? null : field.enterLast(OCTET_STRING).rest();
  }

  public String readText(int tag) throws IOException {
    Der contents = enter(tag);
    return new String(
        contents.octets, contents.at, contents.end - contents.at, StandardCharsets.UTF_8);
  }

  /** Reads two octets outside an element, such as a TOK_ID; -1 if there are fewer. */
  int readShort() {
    return end - at < 2 ? -1 : (octets[at++] & 0xff) << 8 | (octets[at++] & 0xff);
  }

  /** The remaining octets, which are not consumed. */
  public byte[] rest() {
    return Arrays.copyOfRange(octets, at, end);
  }

  void expectEnd() throws IOException {
    if (!atEnd()) {
      throw new IOException(end - at + " octets after the end");
    }
  }

  private int readLength() throws IOException {
    if (atEnd()) {
      throw new IOException("end where a length was expected");
    }
    int length = octets[at++] & 0xff;
    if (length >= 0x80) {
      int size = length & 0x7f;
      if (size == 0 || size > LONGEST_LENGTH || end - at < size) {
        throw new IOException("a length of " + size + " octets");
      }
      length = 0;
      for (int i = 0; i < size; i++) {
        length = length << 8 | (octets[at++] & 0xff);
      }
    }
    if (length < 0 || length > end - at) {
      throw new IOException(
          "an element of "
              + Integer.toUnsignedString(length)
              + " octets where "
              + (end - at)
              + " are left");
    }
    return length;
  }

  /** Encodes one element. */
  public static byte[] element(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] part : contents) {
      length += part.length;
    }
    int size = length < 0x80 ? 0 : (39 - Integer.numberOfLeadingZeros(length)) / 8;
    byte[] out = new byte[2 + size + length];
    out[0] = (byte) tag;
    out[1] = (byte) (size == 0 ? length : 0x80 | size);
    for (int i = 0; i < size; i++) {
      out[2 + i] = (byte) (length >>> (8 * (size - 1 - i)));
    }
    int next = 2 + size;
    for (byte[] part : contents) {
      System.arraycopy(part, 0, out, next, part.length);
      next += part.length;
    }
    return out;
  }

  /** Encodes a field, which contains one element. */
  public static byte[] field(int number, byte[] contents) {
    return element(context(number), contents);
  }

  /** Encodes an OCTET STRING as the field of this number; null as none. */
  static byte[] octetField(int number, byte @Nullable [] contents) {
    return contents == null ? NOTHING : field(number, element(OCTET_STRING, contents));
  }

  public static byte[] integer(int value) {
    return element(INTEGER, BigInteger.valueOf(value).toByteArray());
  }

  public static byte[] text(int tag, String value) {
    return element(tag, value.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] encode(Oid oid) {
    try {
      return oid.getDER();
    } catch (GSSException e) {
      throw new IllegalArgumentException(oid.toString(), e);
    }
  }

  private static String hex(int tag) {
    return HexFormat.of().toHexDigits((byte) tag);
  }
}
