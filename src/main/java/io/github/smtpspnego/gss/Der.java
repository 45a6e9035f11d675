package io.github.smtpspnego.gss;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;

/**
 * The little of DER (X.690) that SPNEGO and Kerberos tokens need: one-octet tags and definite
 * lengths. Anything else is malformed; no length is believed beyond the octets at hand.
 */
final class Der {
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OID = 0x06;
  static final int ENUMERATED = 0x0a;
  static final int GENERALIZED_TIME = 0x18;
  static final int GENERAL_STRING = 0x1b;
  static final int SEQUENCE = 0x30;

  /** Signals octets that are not the DER that was expected. Never leaves this package. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  private final ByteBuffer octets;

  Der(byte[] octets) {
    this(ByteBuffer.wrap(octets).asReadOnlyBuffer());
  }

  private Der(ByteBuffer octets) {
    this.octets = octets;
  }

  /** The tag {@code [number]}, constructed. */
  static int context(int number) {
    return 0xa0 | number;
  }

  /** The tag {@code [APPLICATION number]}, constructed. */
  static int application(int number) {
    return 0x60 | number;
  }

  boolean atEnd() {
    return !octets.hasRemaining();
  }

  boolean nextIs(int tag) {
    return octets.hasRemaining() && (octets.get(octets.position()) & 0xff) == tag;
  }

  /** Reads an element with this tag and returns its contents. */
  Der enter(int tag) throws MalformedException {
    if (!nextIs(tag)) {
      throw new MalformedException(
          octets.hasRemaining()
              ? String.format(
                  Locale.ROOT,
                  "tag %02x where %02x was expected",
                  octets.get(octets.position()) & 0xff,
                  tag)
              : String.format(Locale.ROOT, "end where tag %02x was expected", tag));
    }
    octets.get();
    int length = readLength();
    ByteBuffer contents = octets.slice(octets.position(), length);
    octets.position(octets.position() + length);
    return new Der(contents);
  }

  /** Skips one element, whatever it is. */
  void skip() throws MalformedException {
    if (atEnd()) {
      throw new MalformedException("end where an element was expected");
    }
    enter(octets.get(octets.position()) & 0xff);
  }

  Oid readOid() throws MalformedException {
    byte[] contents = enter(OID).rest();
    try {
      return new Oid(element(OID, contents));
    } catch (GSSException | RuntimeException e) {
      // The JDK's parser throws both for octets that are no object identifier.
      throw new MalformedException("an object identifier that is none");
    }
  }

  /** Reads an INTEGER or ENUMERATED of at most four octets. */
  int readInt(int tag) throws MalformedException {
    byte[] contents = enter(tag).rest();
    if (contents.length == 0 || contents.length > 4) {
      throw new MalformedException("a number of " + contents.length + " octets");
    }
    int value = contents[0]; // its sign is the number's
    for (int i = 1; i < contents.length; i++) {
      value = value << 8 | (contents[i] & 0xff);
    }
    return value;
  }

  byte[] readOctetString() throws MalformedException {
    return enter(OCTET_STRING).rest();
  }

  String readText(int tag) throws MalformedException {
    return new String(enter(tag).rest(), StandardCharsets.US_ASCII);
  }

  /** All octets that are left. */
  byte[] rest() {
    byte[] rest = new byte[octets.remaining()];
    octets.get(rest);
    return rest;
  }

  void expectEnd() throws MalformedException {
    if (!atEnd()) {
      throw new MalformedException(octets.remaining() + " octets after the end");
    }
  }

  private int readLength() throws MalformedException {
    if (!octets.hasRemaining()) {
      throw new MalformedException("end where a length was expected");
    }
    int length = octets.get() & 0xff;
    if (length >= 0x80) {
      int size = length & 0x7f;
      if (size == 0 || size > 3 || octets.remaining() < size) {
        throw new MalformedException("a length of " + size + " octets");
      }
      length = 0;
      for (int i = 0; i < size; i++) {
        length = length << 8 | (octets.get() & 0xff);
      }
    }
    if (length > octets.remaining()) {
      throw new MalformedException(
          String.format(
              Locale.ROOT,
              "an element of %d octets where %d are left",
              length,
              octets.remaining()));
    }
    return length;
  }

  /** Encodes one element. */
  static byte[] element(int tag, byte[]... contents) {
    int length = Arrays.stream(contents).mapToInt(part -> part.length).sum();
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

  static byte[] encode(Oid oid) {
    try {
      return oid.getDER();
    } catch (GSSException e) {
      throw new IllegalArgumentException(oid.toString(), e);
    }
  }
}
