package io.github.smtpspnego.gss;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * The part of X.690 that SPNEGO and Kerberos tokens need. Elements are written in DER.
 *
 * <p>Elements are read a little more leniently: a length may be written in more octets than it
 * needs, up to four, as some encoders do. Everything else that is not DER is malformed and throws
 * an {@link IOException}: indefinite lengths, tags of more than one octet, and elements that are
 * longer than the octets at hand.
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

  /** The tag number that stands for a longer one in the next octets, X.690 section 8.1.2.4. */
  private static final int LONG_TAG = 0x1f;

  private static final int LONGEST_LENGTH = 4;

  private final ByteBuffer octets;

  public Der(byte[] octets) {
    this(ByteBuffer.wrap(octets).asReadOnlyBuffer());
  }

  private Der(ByteBuffer octets) {
    this.octets = octets;
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
    return !octets.hasRemaining();
  }

  public boolean nextIs(int tag) {
    return !atEnd() && (octets.get(octets.position()) & 0xff) == tag;
  }

  /** Reads an element with this tag and returns its contents. */
  public Der enter(int tag) throws IOException {
    if (!nextIs(tag)) {
      String found =
          atEnd() ? "end where tag " : "tag " + hex(octets.get(octets.position())) + " where ";
      throw new IOException(found + hex(tag) + " was expected");
    }
    return skip();
  }

  /** Reads an element with this tag, after which nothing may come. */
  Der enterLast(int tag) throws IOException {
    Der contents = enter(tag);
    expectEnd();
    return contents;
  }

  /** Reads an element with this tag where it comes next; else null. */
  @Nullable Der enterIf(int tag) throws IOException {
    return nextIs(tag) ? skip() : null;
  }

  /**
   * Reads the fields that follow the last known one. RFC 4178 section 4.2 allows new fields there;
   * known fields that are repeated or out of order are malformed.
   */
  void skipFieldsAfter(int lastKnown) throws IOException {
    while (!atEnd()) {
      int tag = octets.get(octets.position()) & 0xff;
      if (tag >= context(0) && tag <= context(lastKnown)) {
        throw new IOException("tag " + hex(tag) + " out of order");
      }
      skip();
    }
  }

  /** The octets that are left; they can still be read. */
  byte[] peek() {
    return new Der(octets.duplicate()).rest();
  }

  /** Reads one element, whatever it is. */
  public Der skip() throws IOException {
    if (atEnd()) {
      throw new IOException("end where an element was expected");
    }
    int tag = octets.get() & 0xff;
    if ((tag & LONG_TAG) == LONG_TAG) {
      throw new IOException("tag " + hex(tag) + ", which has more than one octet");
    }
    int length = readLength();
    ByteBuffer contents = octets.slice(octets.position(), length);
    octets.position(octets.position() + length);
    return new Der(contents);
  }

  public Oid readOid() throws IOException {
    byte[] contents = enter(OID).rest();
    try {
      return new Oid(element(OID, contents));
    } catch (GSSException | RuntimeException e) {
      // The JDK's parser throws both for octets that are no object identifier.
      throw new IOException("an object identifier that is none");
    }
  }

  /** Reads an INTEGER or ENUMERATED of at most four octets. */
  public int readInt(int tag) throws IOException {
    byte[] contents = enter(tag).rest();
    if (contents.length == 0 || contents.length > 4) {
      throw new IOException("a number of " + contents.length + " octets");
    }
    int value = contents[0]; // its sign is the number's
    for (int i = 1; i < contents.length; i++) {
      value = value << 8 | (contents[i] & 0xff);
    }
    return value;
  }

  /** Reads an OCTET STRING in the field of this number; null where it does not come next. */
  public byte @Nullable [] readOctetField(int number) throws IOException {
    Der field = enterIf(context(number));
    return field == null ? null : field.enterLast(OCTET_STRING).rest();
  }

  public String readText(int tag) throws IOException {
    return new String(enter(tag).rest(), StandardCharsets.UTF_8);
  }

  /** Reads two octets that are no element, such as a TOK_ID; -1 where there are less. */
  int readShort() {
    return octets.remaining() < 2 ? -1 : octets.getShort() & 0xffff;
  }

  /** All octets that are left. */
  public byte[] rest() {
    byte[] rest = new byte[octets.remaining()];
    octets.get(rest);
    return rest;
  }

  void expectEnd() throws IOException {
    if (!atEnd()) {
      throw new IOException(octets.remaining() + " octets after the end");
    }
  }

  private int readLength() throws IOException {
    if (!octets.hasRemaining()) {
      throw new IOException("end where a length was expected");
    }
    int length = octets.get() & 0xff;
    if (length >= 0x80) {
      int size = length & 0x7f;
      if (size == 0 || size > LONGEST_LENGTH || octets.remaining() < size) {
        throw new IOException("a length of " + size + " octets");
      }
      length = 0;
      for (int i = 0; i < size; i++) {
        length = length << 8 | (octets.get() & 0xff);
      }
    }
    if (length < 0 || length > octets.remaining()) {
      throw new IOException(
          "an element of "
              + Integer.toUnsignedString(length)
              + " octets where "
              + octets.remaining()
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
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      int size = (32 - Integer.numberOfLeadingZeros(length) + 7) / 8;
      out.write(0x80 | size);
      for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
        out.write(length >>> shift);
      }
    }
    for (byte[] part : contents) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Encodes an OCTET STRING as the field of this number; null as none. */
  static byte[] octetField(int number, byte @Nullable [] contents) {
    return contents == null
        ? new byte[0]
        : element(context(number), element(OCTET_STRING, contents));
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
