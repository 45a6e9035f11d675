package io.github.smtpspnego.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Changes to a token, written in octets that a fuzzer can find its way in. So a target can make a
 * new real token for each run, that nobody has seen, and have the fuzzer change it.
 *
 * <p>Each change is: two octets where, one how many octets go, one how many come, then those.
 */
final class Edits {
  private Edits() {}

  /** The token with the changes made; without any it is what it was. */
  static byte[] apply(byte[] edits, byte[] token) {
    ByteBuffer in = ByteBuffer.wrap(edits);
    byte[] changed = token;
    while (in.remaining() >= 4) {
      int at = Math.min(in.getShort() & 0xffff, changed.length);
      int gone = Math.min(in.get() & 0xff, changed.length - at);
      byte[] come = new byte[Math.min(in.get() & 0x3f, in.remaining())];
      in.get(come);
      ByteArrayOutputStream out = new ByteArrayOutputStream(changed.length + come.length);
      out.write(changed, 0, at);
      out.writeBytes(come);
      out.write(changed, at + gone, changed.length - at - gone);
      changed = out.toByteArray();
    }
    return changed;
  }
}
